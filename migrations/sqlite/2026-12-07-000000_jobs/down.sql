DROP TABLE job_outcomes;
DROP TABLE jobs;
CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    rows_done BIGINT NOT NULL,
    report TEXT NOT NULL
);
CREATE TABLE import_people (
    import_id BIGINT NOT NULL REFERENCES imports (id),
    name TEXT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id),
    PRIMARY KEY (import_id, name)
);
