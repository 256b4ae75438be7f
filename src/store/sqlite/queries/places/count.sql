SELECT count(*) FROM places AS p
WHERE p.recorded_at IS NOT NULL AND p.superseded_at IS NULL
  AND (?1 IS NULL OR (p.name >= ?1 AND p.name < ?1 || char(1114111)))
  AND (?2 IS NULL OR p.unit = ?2 OR (?3 IS NOT NULL AND p.unit >= ?3 AND p.unit < ?3 || char(1114111))
       OR p.unit IN (SELECT e.name FROM extents AS e WHERE (e.code = ?2 OR e.name = ?2)
                       AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL)
       OR p.unit IN (SELECT e.code FROM extents AS e WHERE e.name = ?2
                       AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL))
  AND (?4 IS NULL OR p.id IN (SELECT id FROM places_box WHERE west <= ?6 AND east >= ?4 AND south <= ?7 AND north >= ?5))
