-- By the index of codes, so that nothing is sorted. ?3 and ?4: code and number of the last one before.
SELECT e.*, s.sha256 FROM extents AS e INDEXED BY extents_code JOIN submissions AS s ON s.id = e.submission_id
WHERE e.recorded_at IS NOT NULL AND e.superseded_at IS NULL AND (?1 IS NULL OR e.level = ?1) AND e.kind = ?2
  AND e.code >= ?3 AND (e.code > ?3 OR e.id > ?4)
ORDER BY e.code, e.id LIMIT ?5
