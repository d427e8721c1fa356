-- Mutes that are over are looked for twice a second.
CREATE INDEX room_places_by_mute ON room_places (muted_until) WHERE muted_until IS NOT NULL;
