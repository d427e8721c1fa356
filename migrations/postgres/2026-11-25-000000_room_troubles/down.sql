DROP INDEX tickets_heard;
ALTER TABLE tickets DROP COLUMN spoke_at;
ALTER TABLE tickets DROP COLUMN heard_at;
ALTER TABLE rooms DROP COLUMN cleared_at;
ALTER TABLE rooms DROP COLUMN failure;
