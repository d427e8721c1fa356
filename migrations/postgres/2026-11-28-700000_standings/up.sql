-- Sanctions of several kinds, each of which may have an end. At most one of a kind is in force for a person.
ALTER TABLE sanctions ADD COLUMN ends_at BIGINT;
CREATE UNIQUE INDEX sanctions_one_of_a_kind ON sanctions (person, kind) WHERE lifted_at IS NULL;
DROP INDEX sanctions_one_ban;
CREATE INDEX sanctions_ending ON sanctions (ends_at) WHERE lifted_at IS NULL AND ends_at IS NOT NULL;
