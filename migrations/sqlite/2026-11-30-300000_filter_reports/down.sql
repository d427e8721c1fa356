DELETE FROM reports WHERE by_person IS NULL;
CREATE TABLE reports_before (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    by_person BIGINT NOT NULL REFERENCES people (id),
    on_person BIGINT NOT NULL REFERENCES people (id),
    reason TEXT NOT NULL,
    note_sealed BLOB,
    at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by BIGINT REFERENCES people (id),
    outcome TEXT,
    CHECK (by_person <> on_person),
    CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
INSERT INTO reports_before (id, uid, by_person, on_person, reason, note_sealed, at, closed_at, closed_by, outcome)
    SELECT id, uid, by_person, on_person, reason, note_sealed, at, closed_at, closed_by, outcome FROM reports;
DROP TABLE reports;
ALTER TABLE reports_before RENAME TO reports;
CREATE UNIQUE INDEX reports_one_open ON reports (on_person, by_person) WHERE closed_at IS NULL;
CREATE INDEX reports_by_reporter ON reports (by_person);
