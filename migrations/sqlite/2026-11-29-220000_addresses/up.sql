-- A former address stays its owner's, who can have it back, until then; none of the one that they have.
ALTER TABLE contacts ADD COLUMN kept_until BIGINT;
-- An address that a member is to prove, and what was sent to it: one for each member.
CREATE TABLE address_changes (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id),
    uid BLOB NOT NULL UNIQUE,
    blind BLOB NOT NULL,
    address_sealed BLOB NOT NULL,
    code_sealed BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL
);
-- What gives a former address back: the blind index of what the link holds, and of the address.
CREATE TABLE address_undos (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    hash BLOB NOT NULL UNIQUE,
    blind BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX address_undos_by_person ON address_undos (person, id);
