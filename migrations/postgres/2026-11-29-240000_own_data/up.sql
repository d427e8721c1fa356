-- How many reports a member made is told to them alone.
CREATE INDEX reports_by_reporter ON reports (by_person);
