DROP INDEX invites_by_address;
