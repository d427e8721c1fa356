-- What kind of room server it is. Those that are there are all of one kind.
ALTER TABLE room_servers ADD COLUMN kind TEXT NOT NULL DEFAULT 'janus';
-- Where it is and what else may be shown, by the names that its kind gives them: a JSON object.
ALTER TABLE room_servers ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
UPDATE room_servers SET settings = json_object('client_url', client_url, 'admin_url', admin_url);
ALTER TABLE room_servers DROP COLUMN client_url;
ALTER TABLE room_servers DROP COLUMN admin_url;
