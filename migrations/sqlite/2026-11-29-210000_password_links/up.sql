-- Links to a new password: one for each member, and its blind index.
CREATE TABLE password_links (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id),
    hash BLOB NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);
-- Whoever says that they forgot a password, by the blind index of the address that they gave: until it is seen whose it is.
CREATE TABLE password_asks (
    uid BLOB NOT NULL PRIMARY KEY,
    contact_blind BLOB NOT NULL,
    at BIGINT NOT NULL
);
