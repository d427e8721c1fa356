DROP INDEX jobs_queued;
ALTER TABLE jobs ADD COLUMN order_sealed BYTEA;
UPDATE jobs SET order_sealed =
    (SELECT order_sealed FROM job_orders WHERE job_orders.job_id = jobs.id AND first = 0);
CREATE INDEX jobs_queued ON jobs (id) WHERE order_sealed IS NOT NULL;
DROP TABLE job_orders;
