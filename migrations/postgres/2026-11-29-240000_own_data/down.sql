DROP INDEX reports_by_reporter;
