-- Rooms -------------------------------------------------------------------------------------
CREATE TABLE room_servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    -- Whose key seals the secrets.
    subject_id BIGINT NOT NULL REFERENCES subjects (id),
    -- Where clients connect.
    client_url TEXT NOT NULL,
    -- Where we manage it.
    admin_url TEXT NOT NULL,
    secrets_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    -- Since when it answers, or fails; written when that changes. Null before the first answer.
    health_since BIGINT,
    -- Why it fails; null where it answers.
    failure TEXT
);

CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- What its admin called it; the room's id outside and on its server.
    name TEXT NOT NULL UNIQUE,
    server_id BIGINT NOT NULL REFERENCES room_servers (id),
    -- Which master key its secret on the server comes from.
    key_version BIGINT NOT NULL,
    enter TEXT NOT NULL,
    speak TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);

CREATE TABLE tickets (
    uid BLOB PRIMARY KEY NOT NULL,
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    person BIGINT NOT NULL REFERENCES people (id),
    -- 'speaker' or 'listener'.
    part TEXT NOT NULL,
    -- Which master key its token comes from.
    key_version BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
-- A member has one seat in a room.
CREATE UNIQUE INDEX tickets_one_seat ON tickets (person, room_id) WHERE ended_at IS NULL;
CREATE INDEX tickets_live ON tickets (room_id, expires_at) WHERE ended_at IS NULL;
