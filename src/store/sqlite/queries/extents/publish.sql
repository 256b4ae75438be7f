UPDATE extents
SET unit_id = (SELECT u.id FROM units AS u WHERE u.level = extents.level AND u.identity = extents.identity),
    recorded_at = ?2, valid_from = ?3
WHERE submission_id = ?1 AND recorded_at IS NULL
