-- Who did it and on whom is looked for in strides of 4 096 events. So new entries stand together on a few pages
-- at the end of the index, in place of a page of its own for each person.
DROP INDEX events_by_actor;
DROP INDEX events_by_subject;
CREATE INDEX events_by_actor ON events ((id >> 12), actor) WHERE actor IS NOT NULL;
CREATE INDEX events_by_subject ON events ((id >> 12), subject) WHERE subject IS NOT NULL;
