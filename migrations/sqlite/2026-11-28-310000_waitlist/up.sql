-- Whoever asked to be let in. The address, the note and the codes go once it is decided; of a refusal the blind index stays.
CREATE TABLE applications (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    token_hash BLOB NOT NULL UNIQUE,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    -- 'unproved', 'waiting', 'let_in' or 'refused'.
    state TEXT NOT NULL,
    locale TEXT NOT NULL,
    address_blind BLOB NOT NULL,
    address_sealed BLOB,
    note_sealed BLOB,
    -- The one-time code that proves the address, and those before it.
    proofs_sealed BLOB,
    proof_failures BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT NOT NULL,
    -- Until when the address must be proved.
    expires_at BIGINT NOT NULL,
    -- The order in which they wait; null before the address is proved.
    turn BIGINT UNIQUE,
    waits_since BIGINT,
    decided_at BIGINT,
    decided_by BIGINT REFERENCES people (id),
    -- The public id of the invite by which they were let in.
    invite BLOB,
    -- Why they were refused.
    reason_sealed BLOB
);
-- One address waits once.
CREATE UNIQUE INDEX applications_wait_once ON applications (address_blind) WHERE state = 'waiting';
CREATE INDEX applications_by_address ON applications (address_blind);
CREATE INDEX applications_in_turn ON applications (state, turn);

-- Members who have said that they know whoever waits.
CREATE TABLE application_vouches (
    application_id BIGINT NOT NULL REFERENCES applications (id),
    person BIGINT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (application_id, person)
);

-- Each time that an admin let some of them in at once.
CREATE TABLE waitlist_draws (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    -- 'order', 'chance' or 'referral'.
    way TEXT NOT NULL,
    -- 256 random bits in hexadecimal; null where nothing was left to chance.
    seed TEXT,
    waiting BIGINT NOT NULL,
    let_in BIGINT NOT NULL,
    drawn_by BIGINT REFERENCES people (id),
    at BIGINT NOT NULL
);
