-- Whose key, for what and which is one HMAC of 32 bytes, in place of three columns of about ninety. What was remembered
-- of the last 24 hours cannot be turned into it, and is forgotten.
DROP TABLE idempotency;
CREATE TABLE idempotency (
    key BYTEA PRIMARY KEY NOT NULL,
    request BYTEA NOT NULL,
    resource BYTEA NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX idempotency_by_age ON idempotency (at);
