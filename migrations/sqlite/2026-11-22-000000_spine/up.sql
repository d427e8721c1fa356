-- Every table of the spine. The same, column by column, as migrations/postgres: a test holds both
-- against src/store/schema.rs. Times are microseconds since the epoch, UTC.

-- The ledger --------------------------------------------------------------------------------
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- PostgreSQL's transaction id there; here one writer keeps the order, and it says nothing.
    xid BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor BIGINT,
    subject BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX events_by_xid ON events (xid, id);
CREATE INDEX events_by_actor ON events (actor, id) WHERE actor IS NOT NULL;
CREATE INDEX events_by_subject ON events (subject, id) WHERE subject IS NOT NULL;

CREATE TABLE ledger (
    pos BIGINT PRIMARY KEY NOT NULL,
    event_id BIGINT NOT NULL UNIQUE,
    hash BLOB NOT NULL
);

CREATE TABLE sequencer (
    one BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
    cursor_xid BIGINT NOT NULL,
    cursor_id BIGINT NOT NULL,
    floor_id BIGINT NOT NULL,
    horizon_xid BIGINT NOT NULL,
    last_pos BIGINT NOT NULL,
    last_hash BLOB NOT NULL
);
INSERT INTO sequencer VALUES (1, 0, 0, 0, 0, 0, zeroblob(32));

CREATE TABLE leases (
    name TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL,
    until BIGINT NOT NULL,
    fence BIGINT NOT NULL
);

CREATE TABLE cursors (
    name TEXT PRIMARY KEY NOT NULL,
    pos BIGINT NOT NULL
);

-- The vault ---------------------------------------------------------------------------------
CREATE TABLE subjects (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    key_version BIGINT NOT NULL,
    -- The subject's data key, wrapped; gone once the subject is erased.
    wrapped_key BLOB
);

-- Policy ------------------------------------------------------------------------------------
CREATE TABLE policies (
    version BIGINT PRIMARY KEY NOT NULL,
    document TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- People and the graph ----------------------------------------------------------------------
CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    subject_id BIGINT REFERENCES subjects (id),
    -- Self-chosen, shown to those whom they invite and to admins; never a real name.
    handle TEXT UNIQUE,
    role TEXT NOT NULL,
    standing TEXT NOT NULL,
    assurance TEXT NOT NULL,
    locale TEXT NOT NULL,
    joined_at BIGINT NOT NULL
);

CREATE TABLE contacts (
    blind BLOB PRIMARY KEY NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    sealed BLOB NOT NULL,
    proved_at BIGINT NOT NULL
);
CREATE INDEX contacts_by_person ON contacts (person);

CREATE TABLE credentials (
    person BIGINT PRIMARY KEY NOT NULL REFERENCES people (id),
    phc TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE sign_in_codes (
    hash BLOB PRIMARY KEY NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE invites (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    inviter BIGINT NOT NULL REFERENCES people (id),
    -- 'email': addressed, only for whoever proves that address; 'link': for whoever holds it.
    kind TEXT NOT NULL,
    code_hash BLOB NOT NULL UNIQUE,
    key_version BIGINT NOT NULL,
    subject_id BIGINT REFERENCES subjects (id),
    address_sealed BLOB,
    address_blind BLOB,
    locale TEXT NOT NULL,
    max_uses BIGINT NOT NULL,
    uses BIGINT NOT NULL DEFAULT 0,
    held BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CONSTRAINT invites_never_overdrawn CHECK (uses >= 0 AND held >= 0 AND uses + held <= max_uses)
);
CREATE INDEX invites_by_inviter ON invites (inviter, id);

-- A use that is kept for somebody on their way in; `invites.held` counts these rows.
CREATE TABLE holds (
    flow BLOB PRIMARY KEY NOT NULL,
    invite_id BIGINT NOT NULL REFERENCES invites (id),
    until BIGINT NOT NULL
);
CREATE INDEX holds_by_invite ON holds (invite_id);

CREATE TABLE edges (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- 'invite' (a tree) or 'vouch'.
    kind TEXT NOT NULL,
    from_person BIGINT NOT NULL REFERENCES people (id),
    to_person BIGINT NOT NULL REFERENCES people (id),
    invite_id BIGINT REFERENCES invites (id),
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX edges_one_inviter ON edges (to_person) WHERE kind = 'invite';
CREATE UNIQUE INDEX edges_once ON edges (from_person, to_person, kind);

-- Onboarding and real names -----------------------------------------------------------------
CREATE TABLE flows (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    token_hash BLOB NOT NULL,
    invite_id BIGINT NOT NULL REFERENCES invites (id),
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    locale TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address_sealed BLOB,
    address_blind BLOB,
    proof_sealed BLOB,
    proof_expires_at BIGINT,
    proof_failures BIGINT NOT NULL DEFAULT 0,
    proved_at BIGINT,
    person BIGINT REFERENCES people (id),
    ended_at BIGINT
);
CREATE INDEX flows_by_invite ON flows (invite_id);

CREATE TABLE identities (
    subject_id BIGINT PRIMARY KEY NOT NULL REFERENCES subjects (id),
    name_sealed BLOB NOT NULL,
    document_sealed BLOB NOT NULL,
    given_at BIGINT NOT NULL,
    submissions BIGINT NOT NULL
);

CREATE TABLE identity_slots (
    blind BLOB NOT NULL,
    slot BIGINT NOT NULL,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    -- Null once a member stands behind it.
    claimed_until BIGINT,
    PRIMARY KEY (blind, slot)
);
CREATE INDEX identity_slots_by_subject ON identity_slots (subject_id);

CREATE TABLE cases (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    -- The flow's public id, for the ledger.
    flow BLOB NOT NULL,
    -- 'open', 'approved', 'refused' (final), 'retry' (give it again) or 'withdrawn'.
    state TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    claimed_by BIGINT REFERENCES people (id),
    claimed_until BIGINT,
    decided_by BIGINT REFERENCES people (id),
    decided_at BIGINT,
    note_sealed BLOB
);
CREATE INDEX cases_by_state ON cases (state, id);
CREATE INDEX cases_by_subject ON cases (subject_id, id);

-- Each time that a case was shown to a reviewer, and why.
CREATE TABLE disclosures (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    person BIGINT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    reason_sealed BLOB NOT NULL
);
CREATE INDEX disclosures_by_case ON disclosures (case_id);

-- Moderation --------------------------------------------------------------------------------
CREATE TABLE sanctions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    person BIGINT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    note_sealed BLOB,
    imposed_at BIGINT NOT NULL,
    imposed_by BIGINT REFERENCES people (id),
    lifted_at BIGINT,
    lifted_by BIGINT REFERENCES people (id),
    lift_note_sealed BLOB
);
CREATE UNIQUE INDEX sanctions_one_ban ON sanctions (person) WHERE kind = 'ban' AND lifted_at IS NULL;
CREATE INDEX sanctions_by_person ON sanctions (person, id);

-- Tokens ------------------------------------------------------------------------------------
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    person BIGINT NOT NULL REFERENCES people (id),
    -- The refresh token that is good now is the one of this generation.
    generation BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    private_sealed BLOB NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE TABLE services (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);

-- What all routes share ---------------------------------------------------------------------
CREATE TABLE throttles (
    bucket BLOB PRIMARY KEY NOT NULL,
    -- The theoretical arrival time of the generic cell rate algorithm (ITU-T I.371).
    arrival BIGINT NOT NULL
);

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

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    kind TEXT NOT NULL,
    -- Emptied once it is delivered.
    letter_sealed BLOB,
    -- 'waiting', 'sent' or 'dead'.
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- Who is delivering it; fenced: only the holder of this claim may say how it went.
    claim TEXT,
    created_at BIGINT NOT NULL,
    last_error TEXT
);
CREATE INDEX outbox_due ON outbox (state, due_at);

-- Imports -----------------------------------------------------------------------------------
CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    rows_done BIGINT NOT NULL,
    report TEXT NOT NULL
);

CREATE TABLE import_people (
    import_id BIGINT NOT NULL REFERENCES imports (id),
    name TEXT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    PRIMARY KEY (import_id, name)
);
