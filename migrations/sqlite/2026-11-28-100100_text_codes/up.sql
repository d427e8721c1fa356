-- The one-time code with which a member signs in who asked for it by text message.
CREATE TABLE text_codes (
    person BIGINT PRIMARY KEY NOT NULL REFERENCES people (id),
    code_sealed BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0
);
