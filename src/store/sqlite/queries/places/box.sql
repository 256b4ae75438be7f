INSERT INTO places_box (id, west, east, south, north)
SELECT id, lon, lon, lat, lat FROM places
WHERE submission_id = ? AND recorded_at IS NOT NULL AND lon IS NOT NULL
