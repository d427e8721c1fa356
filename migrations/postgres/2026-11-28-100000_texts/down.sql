DROP INDEX outbox_due;
ALTER TABLE outbox DROP COLUMN channel;
CREATE INDEX outbox_due ON outbox (state, due_at);
