CREATE UNIQUE INDEX sanctions_one_ban ON sanctions (person) WHERE kind = 'ban' AND lifted_at IS NULL;
DROP INDEX sanctions_ending;
DROP INDEX sanctions_one_of_a_kind;
ALTER TABLE sanctions DROP COLUMN ends_at;
