DROP INDEX sanctions_by_action;
ALTER TABLE sanctions DROP COLUMN action;
DROP TABLE marks;
DROP TABLE actions;
