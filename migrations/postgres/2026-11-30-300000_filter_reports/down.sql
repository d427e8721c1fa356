DELETE FROM reports WHERE by_person IS NULL;
DROP INDEX reports_one_open_of_filter;
ALTER TABLE reports DROP COLUMN by_service;
ALTER TABLE reports ALTER COLUMN by_person SET NOT NULL;
