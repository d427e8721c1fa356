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

-- The invite or the flow that a letter is about, by its public id: it is asked, before the letter leaves, whether
-- what it says is still so. States are 'waiting', 'sent', 'dead' and 'void' (no longer so, and not sent).
ALTER TABLE outbox ADD COLUMN about BYTEA;

-- Why an invite's letter did not reach anybody, as a word; null where it may.
ALTER TABLE invites ADD COLUMN undeliverable TEXT;

-- Addresses whose readers want no more letters, as a keyed index.
CREATE TABLE mail_stops (
    blind BYTEA PRIMARY KEY,
    at BIGINT NOT NULL
);
