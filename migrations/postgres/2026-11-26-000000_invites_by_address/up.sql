-- What else was sent to the address of a new member becomes void.
CREATE INDEX invites_by_address ON invites (address_blind) WHERE address_blind IS NOT NULL AND revoked_at IS NULL;
