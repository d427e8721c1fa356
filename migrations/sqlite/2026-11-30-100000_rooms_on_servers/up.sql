-- Which servers hold a room.
CREATE TABLE rooms_on_servers (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    server_id BIGINT NOT NULL REFERENCES room_servers (id),
    -- Why the server rejects this room alone; null where it does not.
    failure TEXT,
    -- Since when the room is to be held there no more; null where it is to be held there whenever it is open.
    withdrawn_at BIGINT,
    -- Since when it is gone from the server; null while it is to be there, and until its end has got there.
    cleared_at BIGINT,
    -- 1 where what manages the room there is derived for this server alone; 0 for rooms from before they could be on several.
    apart BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (room_id, server_id)
);
CREATE INDEX rooms_on_servers_by_server ON rooms_on_servers (server_id);
INSERT INTO rooms_on_servers (room_id, server_id, failure, withdrawn_at, cleared_at, apart)
    SELECT r.id, r.server_id, r.failure, s.removed_at, r.cleared_at, 0
    FROM rooms r JOIN room_servers s ON s.id = r.server_id;

-- Which server a ticket is for. (SQLite adds no column that is a reference and never null.)
ALTER TABLE tickets ADD COLUMN server_id BIGINT NOT NULL DEFAULT 0;
UPDATE tickets SET server_id = (SELECT r.server_id FROM rooms r WHERE r.id = tickets.room_id);
DROP INDEX tickets_live;
CREATE INDEX tickets_live ON tickets (room_id, server_id, expires_at) WHERE ended_at IS NULL;

ALTER TABLE rooms DROP COLUMN failure;
ALTER TABLE rooms DROP COLUMN cleared_at;
ALTER TABLE rooms DROP COLUMN server_id;
