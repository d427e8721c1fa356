DROP INDEX services_by_resource;
ALTER TABLE services DROP COLUMN resource;
ALTER TABLE sessions DROP COLUMN turned_by;
ALTER TABLE sessions DROP COLUMN turned_at;
