DROP TABLE idempotency;
CREATE TABLE idempotency (
    caller BYTEA NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    request BYTEA NOT NULL,
    resource BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (caller, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (at);
