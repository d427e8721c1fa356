DROP INDEX jobs_queued;
ALTER TABLE jobs DROP COLUMN order_sealed;
ALTER TABLE jobs DROP COLUMN subject_id;
