-- Servers of other kinds have no place in the former schema.
ALTER TABLE room_servers ADD COLUMN client_url TEXT NOT NULL DEFAULT '';
ALTER TABLE room_servers ADD COLUMN admin_url TEXT NOT NULL DEFAULT '';
UPDATE room_servers SET client_url = COALESCE(json_extract(settings, '$.client_url'), ''), admin_url = COALESCE(json_extract(settings, '$.admin_url'), '');
ALTER TABLE room_servers DROP COLUMN settings;
ALTER TABLE room_servers DROP COLUMN kind;
