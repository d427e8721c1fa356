-- What a letter is about besides: other invites to the same address, by their public ids.
CREATE TABLE letter_subjects (
    letter_id BIGINT NOT NULL REFERENCES outbox (id),
    about BLOB NOT NULL,
    PRIMARY KEY (letter_id, about)
);
-- Letters that wait, by what they are about.
CREATE INDEX outbox_waiting ON outbox (about) WHERE state = 'waiting';
