-- Levels with units that name one of these as their parent.
SELECT DISTINCT level FROM extents
WHERE recorded_at IS NOT NULL AND superseded_at IS NULL AND kind = ?2
  AND parent_code IN (SELECT value FROM json_each(?1))
