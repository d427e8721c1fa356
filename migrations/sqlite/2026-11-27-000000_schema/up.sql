-- Every table. The same, column by column, as migrations/postgres: a test holds both against
-- src/platform/store/schema.rs. Times are microseconds since the epoch, UTC.

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
-- Who did it and on whom is looked for in strides of 4 096 events. So new entries stand together on a few pages
-- at the end of the index, in place of a page of its own for each person.
CREATE INDEX events_by_actor ON events (id >> 12, actor) WHERE actor IS NOT NULL;
CREATE INDEX events_by_subject ON events (id >> 12, subject) WHERE subject IS NOT NULL;

CREATE TABLE ledger (
    pos INTEGER PRIMARY KEY NOT NULL,
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

-- What a subscriber could not carry out: put aside, tried again, shown to admins.
CREATE TABLE subscriber_failures (
    subscriber TEXT NOT NULL,
    pos BIGINT NOT NULL,
    -- Why; nothing of anybody's.
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- When it is tried again; null where that is left to an admin.
    due_at BIGINT,
    PRIMARY KEY (subscriber, pos)
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
    -- Uses that a final refusal keeps from everybody.
    bound BIGINT NOT NULL DEFAULT 0,
    -- Why its letter did not reach anybody, as a word; null where it may.
    undeliverable TEXT,
    CONSTRAINT invites_never_overdrawn CHECK (uses >= 0 AND held >= 0 AND uses + held <= max_uses)
);
CREATE INDEX invites_by_inviter ON invites (inviter, id);
-- What else was sent to the address of a new member becomes void.
CREATE INDEX invites_by_address ON invites (address_blind) WHERE address_blind IS NOT NULL AND revoked_at IS NULL;

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
    ended_at BIGINT,
    -- Every one-time code of the flow, sealed together: those that are good, and those that were. The newest stands in
    -- proof_sealed too.
    proofs_sealed BLOB
);
CREATE INDEX flows_by_invite ON flows (invite_id);

CREATE TABLE identities (
    subject_id BIGINT PRIMARY KEY NOT NULL REFERENCES subjects (id),
    name_sealed BLOB NOT NULL,
    document_sealed BLOB NOT NULL,
    given_at BIGINT NOT NULL,
    submissions BIGINT NOT NULL,
    -- By what a document is found again, whoever gave it.
    document_blind BLOB
);
CREATE INDEX identities_by_document ON identities (document_blind) WHERE document_blind IS NOT NULL;

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
    note_sealed BLOB,
    -- Until when it waits.
    waits_until BIGINT,
    -- What a decision about it is counted by.
    invite_id BIGINT,
    address_blind BLOB,
    document_blind BLOB
);
CREATE INDEX cases_by_state ON cases (state, id);
CREATE INDEX cases_by_subject ON cases (subject_id, id);
CREATE INDEX cases_by_invite ON cases (invite_id);
CREATE INDEX cases_by_address ON cases (address_blind);
CREATE INDEX cases_by_document ON cases (document_blind);
CREATE INDEX cases_by_reviewer ON cases (claimed_by) WHERE claimed_by IS NOT NULL;

-- Each time that a case was shown to a reviewer, and why.
CREATE TABLE disclosures (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    person BIGINT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    reason_sealed BLOB NOT NULL
);
CREATE INDEX disclosures_by_case ON disclosures (case_id);
CREATE INDEX disclosures_by_reviewer ON disclosures (person, at);

-- Each time that a claim was given back or taken away, by whom and why.
CREATE TABLE case_releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    person BIGINT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    reason_sealed BLOB NOT NULL
);
CREATE INDEX case_releases_by_case ON case_releases (case_id);

-- A final refusal, and what it binds until it is lifted: the invite's use, the address and the document.
CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    case_id BIGINT NOT NULL UNIQUE REFERENCES cases (id),
    invite_id BIGINT NOT NULL REFERENCES invites (id),
    address_blind BLOB,
    document_blind BLOB NOT NULL,
    at BIGINT NOT NULL,
    refused_by BIGINT NOT NULL REFERENCES people (id),
    lifted_at BIGINT,
    lifted_by BIGINT REFERENCES people (id),
    lift_note_sealed BLOB
);
CREATE INDEX refusals_by_address ON refusals (address_blind) WHERE lifted_at IS NULL;
CREATE INDEX refusals_by_document ON refusals (document_blind) WHERE lifted_at IS NULL;

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
    ended_at BIGINT,
    -- When its generation began, and for which request: so that its exact repetition is known for a moment.
    turned_at BIGINT,
    turned_by BLOB
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
    ended_at BIGINT,
    -- What tokens for it have as audience; where it is null, the audience follows from its id.
    resource TEXT
);
CREATE UNIQUE INDEX services_by_resource ON services (resource) WHERE ended_at IS NULL;

-- What all routes share ---------------------------------------------------------------------
CREATE TABLE throttles (
    bucket BLOB PRIMARY KEY NOT NULL,
    -- The theoretical arrival time of the generic cell rate algorithm (ITU-T I.371).
    arrival BIGINT NOT NULL
);

-- Whose key, for what and which is one HMAC of 32 bytes.
CREATE TABLE idempotency (
    key BLOB PRIMARY KEY NOT NULL,
    request BLOB NOT NULL,
    resource BLOB NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX idempotency_by_age ON idempotency (at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    kind TEXT NOT NULL,
    -- Emptied once it is delivered.
    letter_sealed BLOB,
    -- 'waiting', 'sent', 'dead' or 'void': no longer so, and not sent.
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- Who is delivering it; fenced: only the holder of this claim may say how it went.
    claim TEXT,
    created_at BIGINT NOT NULL,
    last_error TEXT,
    -- The invite or the flow that it is about, by its public id: whether what it says is still so is asked before it
    -- leaves.
    about BLOB
);
CREATE INDEX outbox_due ON outbox (state, due_at);

-- Addresses whose readers want no more letters, as a keyed index.
CREATE TABLE mail_stops (
    blind BLOB PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL
);

-- Work that outlives a request -------------------------------------------------------------
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- By what it does: asking for the same twice is asking once.
    uid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    steps BIGINT NOT NULL,
    done BIGINT NOT NULL,
    -- What it came to, as JSON; null before its end.
    report TEXT,
    -- Null where the command line asked for it.
    created_by BIGINT REFERENCES people (id),
    created_at BIGINT NOT NULL,
    -- When it last came on.
    moved_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    cancelled_by BIGINT REFERENCES people (id),
    -- Whose key seals the order; null where the command line brings the work along.
    subject_id BIGINT REFERENCES subjects (id),
    -- What a service is to do by itself; forgotten, and its key erased, with the last step.
    order_sealed BLOB,
    CONSTRAINT jobs_no_step_twice CHECK (done >= 0 AND done <= steps)
);
CREATE INDEX jobs_queued ON jobs (id) WHERE order_sealed IS NOT NULL;

-- What became of each item of a job.
CREATE TABLE job_outcomes (
    job_id BIGINT NOT NULL REFERENCES jobs (id),
    -- What the job calls it: a name or a row of its file.
    item TEXT NOT NULL,
    person BIGINT REFERENCES people (id),
    outcome TEXT NOT NULL,
    PRIMARY KEY (job_id, item)
);

-- Rooms -------------------------------------------------------------------------------------
CREATE TABLE room_servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    -- Whose key seals the secrets.
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    secrets_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    -- Since when it answers, or fails; written when that changes. Null before the first answer.
    health_since BIGINT,
    -- Why it fails; null where it answers.
    failure TEXT,
    -- What kind of room server it is, as a word.
    kind TEXT NOT NULL,
    -- Where it is and what else may be shown, by the names that its kind gives them: a JSON object.
    settings TEXT NOT NULL
);

CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- What its admin called it; the room's id outside and on its server.
    name TEXT NOT NULL UNIQUE,
    server_id BIGINT NOT NULL REFERENCES room_servers (id),
    -- Which master key its secret on the server comes from.
    key_version BIGINT NOT NULL,
    enter TEXT NOT NULL,
    speak TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    -- Why the room server rejects this room alone; null where it does not.
    failure TEXT,
    -- Since when a closed room is gone from its server; null while it is open, and until its closing has got there.
    cleared_at BIGINT
);

CREATE TABLE tickets (
    uid BLOB PRIMARY KEY NOT NULL,
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    person BIGINT NOT NULL REFERENCES people (id),
    -- 'speaker' or 'listener'.
    part TEXT NOT NULL,
    -- Which master key its token comes from.
    key_version BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- When whose it is was heard though they may only listen, and was muted.
    heard_at BIGINT,
    -- When it ended because that happened again.
    spoke_at BIGINT
);
-- A member has one seat in a room.
CREATE UNIQUE INDEX tickets_one_seat ON tickets (person, room_id) WHERE ended_at IS NULL;
CREATE INDEX tickets_live ON tickets (room_id, expires_at) WHERE ended_at IS NULL;
CREATE INDEX tickets_heard ON tickets (person, room_id, heard_at) WHERE heard_at IS NOT NULL;
