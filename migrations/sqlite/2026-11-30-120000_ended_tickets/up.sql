-- Those whose tickets have ended and may still open the room, where its server keeps no list, are looked for every few seconds.
CREATE INDEX tickets_ended ON tickets (room_id, server_id, expires_at) WHERE ended_at IS NOT NULL;
