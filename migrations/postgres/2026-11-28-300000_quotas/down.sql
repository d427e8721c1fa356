DROP TABLE quota_grants;
ALTER TABLE invites DROP COLUMN closed_at;
