-- What a service takes up by itself. Null where the command line brings the work along.
ALTER TABLE jobs ADD COLUMN subject_id INTEGER REFERENCES subjects (id);
-- What is to be done, under the subject's key, which is erased when the job is done.
ALTER TABLE jobs ADD COLUMN order_sealed BLOB;
CREATE INDEX jobs_queued ON jobs (id) WHERE order_sealed IS NOT NULL;
