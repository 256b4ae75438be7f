SELECT count(*) FROM places AS p
WHERE p.recorded_at IS NOT NULL AND p.superseded_at IS NULL
  AND (?1 IS NULL OR (p.name >= ?1 AND p.name < ?1 || char(1114111)))
  AND (?2 IS NULL OR p.unit = ?2 OR (?3 IS NOT NULL AND p.unit >= ?3 AND p.unit < ?3 || char(1114111))
       OR p.unit IN (SELECT e.name FROM extents AS e WHERE (e.code = ?2 OR e.name = ?2)
                       AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL)
       OR p.unit IN (SELECT e.code FROM extents AS e WHERE e.name = ?2
                       AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL))
  AND (?4 IS NULL OR p.id IN (
        WITH RECURSIVE columns (number) AS (
        SELECT CAST((max(?4, -180) + 180) * 50 AS INTEGER)
        UNION ALL SELECT number + 1 FROM columns WHERE number < CAST((min(?6, 180) + 180) * 50 AS INTEGER))
        SELECT b.id FROM columns CROSS JOIN places AS b INDEXED BY places_column
        WHERE CAST((b.lon + 180) * 50 AS INTEGER) = columns.number AND b.lat BETWEEN ?5 AND ?7 AND b.lon BETWEEN ?4 AND ?6
          AND b.recorded_at IS NOT NULL AND b.superseded_at IS NULL))
