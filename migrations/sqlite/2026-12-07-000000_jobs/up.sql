-- Work that outlives a request, in the place of imports, which had no kind and no time. What stood of those is forgotten.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- By what it does: asking for the same twice is asking once.
    uid BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    steps BIGINT NOT NULL,
    done BIGINT NOT NULL,
    -- What it came to, as JSON; null before its end.
    report TEXT,
    -- Null where the command line asked for it.
    created_by BIGINT REFERENCES people (id),
    created_at BIGINT NOT NULL,
    -- When it last came on.
    moved_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    cancelled_by BIGINT REFERENCES people (id),
    CONSTRAINT jobs_no_step_twice CHECK (done >= 0 AND done <= steps)
);

-- What became of each item of a job.
CREATE TABLE job_outcomes (
    job_id BIGINT NOT NULL REFERENCES jobs (id),
    -- What the job calls it: a name or a row of its file.
    item TEXT NOT NULL,
    person BIGINT REFERENCES people (id),
    outcome TEXT NOT NULL,
    PRIMARY KEY (job_id, item)
);

DROP TABLE import_people;
DROP TABLE imports;
