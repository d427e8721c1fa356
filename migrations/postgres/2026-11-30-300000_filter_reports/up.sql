-- A report is a member's or a filter's.
ALTER TABLE reports ALTER COLUMN by_person DROP NOT NULL;
-- The filter that reports.
ALTER TABLE reports ADD COLUMN by_service BIGINT REFERENCES services (id);
ALTER TABLE reports ADD CHECK ((by_person IS NULL) <> (by_service IS NULL));
CREATE UNIQUE INDEX reports_one_open_of_filter ON reports (on_person, by_service) WHERE closed_at IS NULL;
