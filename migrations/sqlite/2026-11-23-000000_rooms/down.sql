DROP TABLE tickets;
DROP TABLE rooms;
DROP TABLE room_servers;
