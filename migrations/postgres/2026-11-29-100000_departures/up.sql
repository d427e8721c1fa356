-- Who has left, and how they stood then. The member's row stays in the graph, without anything that says who they were.
CREATE TABLE departures (
    person BIGINT PRIMARY KEY NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    -- Who removed them; null where they left by themself, or the operator did it.
    removed_by BIGINT REFERENCES people (id),
    -- 'own', 'request', 'legal', 'mistake' or 'other'.
    reason TEXT NOT NULL,
    -- Where they stood before.
    stood TEXT NOT NULL
);
