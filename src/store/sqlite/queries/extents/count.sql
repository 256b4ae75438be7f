SELECT count(*) FROM extents AS e
WHERE e.recorded_at IS NOT NULL AND e.superseded_at IS NULL
  AND (?1 IS NULL OR e.level = ?1) AND (?2 IS NULL OR e.kind = ?2) AND (?3 IS NULL OR e.parent_code = ?3)
  AND (?4 IS NULL OR substr(e.name, 1, length(?4)) = ?4 OR substr(e.code, 1, length(?4)) = ?4)
  AND (?5 IS NULL OR e.id IN (SELECT id FROM extents_box WHERE west <= ?7 AND east >= ?5 AND south <= ?8 AND north >= ?6))
