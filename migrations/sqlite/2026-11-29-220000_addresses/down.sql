DROP TABLE address_undos;
DROP TABLE address_changes;
DELETE FROM contacts WHERE kept_until IS NOT NULL;
ALTER TABLE contacts DROP COLUMN kept_until;
