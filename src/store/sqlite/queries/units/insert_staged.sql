INSERT INTO units (level, identity)
SELECT DISTINCT level, identity FROM extents WHERE submission_id = ? ORDER BY level, identity
ON CONFLICT (level, identity) DO NOTHING
