-- On which device and from which network somebody signed in, sealed under their key; none of earlier sessions.
ALTER TABLE sessions ADD COLUMN seen_sealed BYTEA;
-- When a session that is not refreshed was used last: kept to ten minutes.
ALTER TABLE sessions ADD COLUMN used_at BIGINT;
