SELECT e.unit_id, e.code, e.name, e.level, e.kind, e.parent_code, e.area_m2, e.west, e.south, e.east, e.north, e.id,
       (SELECT p.name FROM extents AS p WHERE p.code = e.parent_code AND p.level <> e.level
          AND p.recorded_at IS NOT NULL AND p.superseded_at IS NULL ORDER BY p.kind DESC, p.area_m2 LIMIT 1) AS parent_name
FROM extents AS e
WHERE e.recorded_at IS NOT NULL AND e.superseded_at IS NULL
  AND (?1 IS NULL OR e.level = ?1) AND (?2 IS NULL OR e.kind = ?2) AND (?3 IS NULL OR e.parent_code = ?3)
  AND (?4 IS NULL OR substr(e.name, 1, length(?4)) = ?4 OR substr(e.code, 1, length(?4)) = ?4)
  AND (?5 IS NULL OR e.id IN (SELECT id FROM extents_box WHERE west <= ?7 AND east >= ?5 AND south <= ?8 AND north >= ?6))
  AND (?9 IS NULL OR (e.code, e.level, e.id) > (?9, ?10, ?11))
ORDER BY e.code, e.level, e.id LIMIT ?12
