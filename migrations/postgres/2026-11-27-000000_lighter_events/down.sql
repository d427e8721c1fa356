DROP INDEX events_by_actor;
DROP INDEX events_by_subject;
CREATE INDEX events_by_actor ON events (actor, id) WHERE actor IS NOT NULL;
CREATE INDEX events_by_subject ON events (subject, id) WHERE subject IS NOT NULL;
