ALTER TABLE room_servers DROP COLUMN last_out_at;
ALTER TABLE room_servers DROP COLUMN last_out_micros;
