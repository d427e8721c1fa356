-- Why the room server does not do what it is told in this room alone; null where it does.
ALTER TABLE rooms ADD COLUMN failure TEXT;
-- Since when a closed room is gone from its server; null while it is open, and until its closing has got there.
ALTER TABLE rooms ADD COLUMN cleared_at BIGINT;

-- When whose it is was heard though they may only listen, and was muted.
ALTER TABLE tickets ADD COLUMN heard_at BIGINT;
-- When it ended because that happened again.
ALTER TABLE tickets ADD COLUMN spoke_at BIGINT;
CREATE INDEX tickets_heard ON tickets (person, room_id, heard_at) WHERE heard_at IS NOT NULL;
