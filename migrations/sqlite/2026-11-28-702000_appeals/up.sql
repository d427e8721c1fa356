-- Appeals against sanctions: one for each sanction.
CREATE TABLE appeals (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    -- The public id of the sanction.
    sanction BLOB NOT NULL UNIQUE REFERENCES sanctions (uid),
    person BIGINT NOT NULL REFERENCES people (id),
    text_sealed BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    claimed_by BIGINT REFERENCES people (id),
    claimed_until BIGINT,
    decided_at BIGINT,
    decided_by BIGINT REFERENCES people (id),
    verdict TEXT,
    reason_sealed BLOB,
    CHECK ((decided_at IS NULL) = (verdict IS NULL))
);
CREATE INDEX appeals_waiting ON appeals (id) WHERE decided_at IS NULL;
-- Reports of members by members. A member has one open on a person at most.
CREATE TABLE reports (
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
CREATE UNIQUE INDEX reports_one_open ON reports (on_person, by_person) WHERE closed_at IS NULL;
