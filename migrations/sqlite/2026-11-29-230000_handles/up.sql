-- A handle that somebody had before: until then it is nobody else's.
CREATE TABLE former_handles (
    handle TEXT NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id),
    until BIGINT NOT NULL
);
-- When members changed their handles last.
CREATE TABLE handle_changes (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id),
    changed_at BIGINT NOT NULL
);
