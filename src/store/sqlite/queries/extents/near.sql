SELECT e.*, s.sha256, w.weights FROM extents_box AS b
JOIN extents AS e ON e.id = b.id JOIN submissions AS s ON s.id = e.submission_id
LEFT JOIN vertex_weights AS w ON w.extent_id = e.id
WHERE b.west <= ?4 AND b.east >= ?2 AND b.south <= ?5 AND b.north >= ?3 AND e.kind = ?1
  AND (?6 IS NULL OR e.level = ?6)
ORDER BY e.code, e.name, e.id
