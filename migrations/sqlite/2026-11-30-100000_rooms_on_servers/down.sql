ALTER TABLE rooms ADD COLUMN server_id BIGINT REFERENCES room_servers (id);
ALTER TABLE rooms ADD COLUMN failure TEXT;
ALTER TABLE rooms ADD COLUMN cleared_at BIGINT;
-- Of several servers the first one is kept.
UPDATE rooms SET server_id = (SELECT min(o.server_id) FROM rooms_on_servers o WHERE o.room_id = rooms.id);
UPDATE rooms SET failure = (SELECT o.failure FROM rooms_on_servers o WHERE o.room_id = rooms.id AND o.server_id = rooms.server_id),
    cleared_at = (SELECT o.cleared_at FROM rooms_on_servers o WHERE o.room_id = rooms.id AND o.server_id = rooms.server_id);
DROP INDEX tickets_live;
ALTER TABLE tickets DROP COLUMN server_id;
CREATE INDEX tickets_live ON tickets (room_id, expires_at) WHERE ended_at IS NULL;
DROP TABLE rooms_on_servers;
