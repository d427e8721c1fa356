-- A range of handles is one of bytes, as on SQLite, whatever the database's collation; its unique index is built anew.
ALTER TABLE people ALTER COLUMN handle TYPE TEXT COLLATE "C";
-- People are looked for by the beginning of their handle, by role, by standing and by when they joined. Nearly everybody is
-- a member in good standing, so that only the others are indexed by what they are.
CREATE INDEX people_by_joining ON people (joined_at, id);
CREATE INDEX people_by_role ON people (role, joined_at, id) WHERE role <> 'member';
CREATE INDEX people_by_standing ON people (standing, joined_at, id) WHERE standing <> 'active';
CREATE INDEX people_by_standing_and_handle ON people (standing, handle) WHERE standing <> 'active';
