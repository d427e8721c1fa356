-- Who a room is for: 'members' or 'guests'.
ALTER TABLE rooms ADD COLUMN access TEXT NOT NULL DEFAULT 'members';
-- Who speaks there: 'everybody' or 'stage'.
ALTER TABLE rooms ADD COLUMN speakers TEXT NOT NULL DEFAULT 'everybody';
-- Whom it asks for besides, as JSON; null where it asks for nobody in particular.
ALTER TABLE rooms ADD COLUMN who TEXT;
-- When it was made private: invites for it from before lead nowhere. Null where it never was.
ALTER TABLE rooms ADD COLUMN private_since BIGINT;
-- Why a ticket ended before its time, as a word.
ALTER TABLE tickets ADD COLUMN ended_for TEXT;
CREATE INDEX tickets_of_room ON tickets (room_id, uid);
-- Since when a service may act in rooms; null where it may not.
ALTER TABLE services ADD COLUMN filter_since BIGINT;
-- What somebody is in one room.
CREATE TABLE room_places (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    person BIGINT NOT NULL REFERENCES people (id),
    -- 'guest', 'speaker', 'moderator' or 'hidden'; null where they have no place of their own.
    place TEXT,
    -- Until when they only listen.
    muted_until BIGINT,
    -- Until when they stay out.
    barred_until BIGINT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, person)
);
CREATE INDEX room_places_of_person ON room_places (person);
-- Who asks to speak.
CREATE TABLE room_hands (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    person BIGINT NOT NULL REFERENCES people (id),
    raised_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, person)
);
CREATE INDEX room_hands_of_person ON room_hands (person);
-- What moderators and filters did in a room.
CREATE TABLE room_acts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    person BIGINT NOT NULL REFERENCES people (id),
    ticket BLOB NOT NULL,
    act TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- Who did it: a member or a service.
    by_person BIGINT REFERENCES people (id),
    by_service BIGINT REFERENCES services (id),
    at BIGINT NOT NULL,
    until BIGINT,
    CHECK ((by_person IS NULL) <> (by_service IS NULL))
);
CREATE INDEX room_acts_by_room ON room_acts (room_id, id);
CREATE INDEX room_acts_on_person ON room_acts (person, room_id, id);
