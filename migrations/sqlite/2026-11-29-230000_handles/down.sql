DROP TABLE handle_changes;
DROP TABLE former_handles;
