DROP INDEX outbox_waiting;
DROP TABLE letter_subjects;
