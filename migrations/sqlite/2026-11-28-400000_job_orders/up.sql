-- What a service is to do by itself, in pieces: each is forgotten with its last item.
CREATE TABLE job_orders (
    job_id BIGINT NOT NULL REFERENCES jobs (id),
    -- The job's step that the piece begins with.
    first BIGINT NOT NULL,
    order_sealed BLOB NOT NULL,
    PRIMARY KEY (job_id, first)
);
INSERT INTO job_orders (job_id, first, order_sealed)
    SELECT id, 0, order_sealed FROM jobs WHERE order_sealed IS NOT NULL;
DROP INDEX jobs_queued;
ALTER TABLE jobs DROP COLUMN order_sealed;
CREATE INDEX jobs_queued ON jobs (id) WHERE subject_id IS NOT NULL AND done < steps;
