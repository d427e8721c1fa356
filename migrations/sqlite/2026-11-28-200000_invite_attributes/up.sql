-- What an invite may have besides, and how its life may end. A new column is null where nothing new is used.
-- Before it, nobody comes in by the invite.
ALTER TABLE invites ADD COLUMN opens_at BIGINT;
ALTER TABLE invites ADD COLUMN campaign TEXT;
ALTER TABLE invites ADD COLUMN group_label TEXT;
-- Whoever comes by it comes for this room; while the room is closed, nobody does.
ALTER TABLE invites ADD COLUMN room_id BIGINT REFERENCES rooms (id);
-- What whoever comes by it becomes; null: a member.
ALTER TABLE invites ADD COLUMN as_role TEXT;
-- The inviter's words, sealed under the key of the invite's subject.
ALTER TABLE invites ADD COLUMN message_sealed BLOB;
-- Who ended it, as a word; null where it stands, and where an earlier version ended it.
ALTER TABLE invites ADD COLUMN revoked_for TEXT;
-- When its letter first left.
ALTER TABLE invites ADD COLUMN sent_at BIGINT;
-- Which invite was passed on by this one.
ALTER TABLE invites ADD COLUMN passed_from BIGINT REFERENCES invites (id);
-- How often whoever had its code said that they do not know the inviter, and reported it.
ALTER TABLE invites ADD COLUMN unknown_answers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE invites ADD COLUMN reports BIGINT NOT NULL DEFAULT 0;
CREATE INDEX invites_by_campaign ON invites (campaign, id) WHERE campaign IS NOT NULL;
-- By what a newcomer came to the code, where their app said so.
ALTER TABLE flows ADD COLUMN via TEXT;
