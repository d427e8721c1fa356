DROP INDEX room_places_by_mute;
