-- What the service found worth a look, about whom and by which figures. Nothing follows from it by itself.
CREATE TABLE leads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    -- 'bad_rate', 'accountability', 'exposure', 'velocity'.
    kind TEXT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    -- 'open'; 'dismissed' by an admin; 'past': no longer found.
    state TEXT NOT NULL,
    -- In millionths; by what leads of a kind are ordered.
    strength BIGINT NOT NULL,
    -- How many people or invites speak for it.
    evidence BIGINT NOT NULL,
    -- From when on, where the kind has such a time.
    since BIGINT,
    -- The figures as JSON, and what they say in words of ours.
    figures TEXT NOT NULL,
    explanation TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    dismissed_at BIGINT,
    dismissed_by BIGINT REFERENCES people (id),
    -- How many spoke for it then: it opens again where there are clearly more.
    dismissed_evidence BIGINT,
    reason_sealed BLOB
);
CREATE UNIQUE INDEX leads_once ON leads (kind, person);
CREATE INDEX leads_by_strength ON leads (state, kind, strength, id);
CREATE INDEX leads_by_person ON leads (person);

-- When leads were computed last: one row.
CREATE TABLE lead_runs (
    one BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
    at BIGINT NOT NULL
);
INSERT INTO lead_runs VALUES (1, 0);
