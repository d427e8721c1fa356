DROP TABLE idempotency;
CREATE TABLE idempotency (
    caller BLOB NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    resource BLOB NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (caller, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (at);
