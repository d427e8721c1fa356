CREATE TABLE ledger_by_rowid (
    pos BIGINT PRIMARY KEY NOT NULL,
    event_id BIGINT NOT NULL UNIQUE,
    hash BLOB NOT NULL
);
INSERT INTO ledger_by_rowid SELECT pos, event_id, hash FROM ledger ORDER BY pos;
DROP TABLE ledger;
ALTER TABLE ledger_by_rowid RENAME TO ledger;
CREATE INDEX events_by_xid ON events (xid, id);
DROP INDEX events_by_actor;
DROP INDEX events_by_subject;
CREATE INDEX events_by_actor ON events (actor, id) WHERE actor IS NOT NULL;
CREATE INDEX events_by_subject ON events (subject, id) WHERE subject IS NOT NULL;
