-- When the places of an invite whose time was over went back to whoever gave it, and were counted for something new:
-- nobody takes a use of it any more, whatever a clock says.
ALTER TABLE invites ADD COLUMN closed_at BIGINT;

-- Places that admins have given a member, or (below 0) taken.
CREATE TABLE quota_grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    person BIGINT NOT NULL REFERENCES people (id),
    places BIGINT NOT NULL CHECK (places <> 0),
    reason_sealed BLOB NOT NULL,
    granted_by BIGINT REFERENCES people (id),
    at BIGINT NOT NULL
);
CREATE INDEX quota_grants_by_person ON quota_grants (person, id);
