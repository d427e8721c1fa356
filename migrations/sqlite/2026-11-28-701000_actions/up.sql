-- An action on many people, from its draft to its undoing. Whom it is on is in the order of its job, and then in sanctions.
CREATE TABLE actions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    ends_at BIGINT,
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    note_sealed BLOB NOT NULL,
    -- What the ledger says of the note.
    note TEXT NOT NULL,
    -- Whom it means: ids and times, as JSON.
    selection TEXT NOT NULL,
    drafted_by BIGINT REFERENCES people (id),
    drafted_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    proposed_at BIGINT,
    withdrawn_at BIGINT,
    approved_at BIGINT,
    approved_by BIGINT REFERENCES people (id),
    people BIGINT,
    -- The public id of the job that applies it.
    job BLOB,
    applied_at BIGINT,
    undo_at BIGINT,
    undo_by BIGINT REFERENCES people (id),
    undo_note_sealed BLOB,
    undo_job BLOB,
    undone_at BIGINT,
    CHECK (approved_at IS NULL OR (withdrawn_at IS NULL AND people IS NOT NULL AND job IS NOT NULL)),
    CHECK (applied_at IS NULL OR approved_at IS NOT NULL),
    CHECK (undo_at IS NULL OR applied_at IS NOT NULL),
    CHECK (undone_at IS NULL OR undo_at IS NOT NULL)
);
CREATE INDEX actions_applying ON actions (id) WHERE approved_at IS NOT NULL AND applied_at IS NULL;
CREATE INDEX actions_undoing ON actions (id) WHERE undo_at IS NOT NULL AND undone_at IS NULL;
-- Where many people stand before each has a row that says so: a character for each of 1024 people, '1' where marked.
CREATE TABLE marks (
    -- The people's rows divided by 1024.
    block BIGINT NOT NULL,
    action BLOB NOT NULL,
    standing TEXT NOT NULL,
    -- The greater, the graver.
    rank BIGINT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (block, action)
);
ALTER TABLE sanctions ADD COLUMN action BLOB;
CREATE INDEX sanctions_by_action ON sanctions (action, person) WHERE action IS NOT NULL;
