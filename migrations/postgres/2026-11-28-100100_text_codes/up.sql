-- The one-time code with which a member signs in who asked for it by text message.
CREATE TABLE text_codes (
    person BIGINT PRIMARY KEY REFERENCES people (id),
    code_sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0
);
