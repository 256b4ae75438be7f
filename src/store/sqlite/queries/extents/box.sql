INSERT INTO extents_box (id, west, east, south, north)
SELECT id, west, east, south, north FROM extents WHERE submission_id = ? AND recorded_at IS NOT NULL
