DROP TABLE mail_stops;
ALTER TABLE invites DROP COLUMN undeliverable;
ALTER TABLE outbox DROP COLUMN about;
DROP TABLE subscriber_failures;
