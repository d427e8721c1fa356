-- By what whose ticket it is is shown to the others in the room: 'handle' or 'name'; null: by nothing.
ALTER TABLE tickets ADD COLUMN shows TEXT;
