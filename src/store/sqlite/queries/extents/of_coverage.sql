SELECT e.*, s.sha256 FROM extents AS e JOIN submissions AS s ON s.id = e.submission_id
WHERE e.recorded_at IS NOT NULL AND e.superseded_at IS NULL AND e.level = ?1 AND e.kind = ?2
ORDER BY e.code, e.name, e.id
