-- When a session's generation began, and for which request: so that its exact repetition is known for a moment.
ALTER TABLE sessions ADD COLUMN turned_at BIGINT;
ALTER TABLE sessions ADD COLUMN turned_by BLOB;

-- What tokens for a service have as audience; of one without, it follows from its id.
ALTER TABLE services ADD COLUMN resource TEXT;
CREATE UNIQUE INDEX services_by_resource ON services (resource) WHERE ended_at IS NULL;

-- What opens a door is stored under a key of the keyring, which no statement here has. Of what was stored before it
-- (SHA-256) nothing can be taken over: a row by itself is no proof of anything. One-time sign-in codes live a day
-- and are made anew; services are added anew, and learn their audience by it; a newcomer's flow is opened again by
-- its invite. Invites go on: their codes follow from their ids.
DELETE FROM sign_in_codes;
UPDATE services SET ended_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000 WHERE ended_at IS NULL;
