-- What `edges` no longer has: an inviter whom somebody had, a vouch that was taken back.
CREATE TABLE former_edges (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- 'invite' or 'vouch'.
    kind TEXT NOT NULL,
    -- Null where the person was a root.
    from_person BIGINT REFERENCES people (id),
    to_person BIGINT NOT NULL REFERENCES people (id),
    invite_id BIGINT REFERENCES invites (id),
    -- From when to when it stood.
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- Who ended it; null where the operator did.
    ended_by BIGINT REFERENCES people (id),
    -- Why somebody was given another inviter, as a word and in words, sealed under the key of the person.
    reason TEXT,
    note_sealed BLOB
);
CREATE INDEX former_edges_by_person ON former_edges (to_person, kind, id);
CREATE INDEX former_edges_by_giver ON former_edges (from_person, to_person);
CREATE INDEX edges_vouched ON edges (to_person, from_person) WHERE kind = 'vouch';

-- What was held to be known of somebody, each time that it changed.
CREATE TABLE assurance_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    former TEXT NOT NULL,
    assurance TEXT NOT NULL
);
INSERT INTO assurance_changes (person, at, former, assurance)
SELECT json_extract(body, '$.person'), at, json_extract(body, '$.before'), json_extract(body, '$.after')
FROM events WHERE kind = 'assurance_lowered' ORDER BY id;
