-- Units by code or by name: of places' claims.
SELECT e.*, s.sha256 FROM extents AS e JOIN submissions AS s ON s.id = e.submission_id
WHERE e.recorded_at IS NOT NULL AND e.superseded_at IS NULL AND e.kind = ?2
  AND (e.code IN (SELECT value FROM json_each(?1)) OR e.name IN (SELECT value FROM json_each(?1)))
ORDER BY e.code, e.name, e.id
