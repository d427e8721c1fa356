-- When the server last put out whose tickets had ended, and how long after their end that was done, in microseconds.
ALTER TABLE room_servers ADD COLUMN last_out_at BIGINT;
ALTER TABLE room_servers ADD COLUMN last_out_micros BIGINT;
