SELECT p.id, p.code, p.name, p.category, p.lon, p.lat, p.source_first, p.source_second, p.source_crs, p.method,
       p.accuracy_m, p.row, s.sha256, p.unit,
       coalesce((SELECT e.code FROM extents AS e WHERE e.code = p.unit AND e.code <> ''
                   AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL LIMIT 1),
                (SELECT e.code FROM extents AS e WHERE e.name = p.unit AND e.code <> ''
                   AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL LIMIT 1)) AS unit_code,
       coalesce((SELECT e.name FROM extents AS e WHERE e.code = p.unit AND e.code <> ''
                   AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL LIMIT 1),
                (SELECT e.name FROM extents AS e WHERE e.name = p.unit
                   AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL LIMIT 1)) AS unit_name,
       (SELECT count(*) FROM findings AS f WHERE f.place_id = p.id AND f.state <> 'gone') AS findings,
       (SELECT max(f.severity) FROM findings AS f WHERE f.place_id = p.id AND f.state <> 'gone') AS severity
FROM places AS p JOIN submissions AS s ON s.id = p.submission_id
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
  AND (?8 IS NULL OR (p.name, p.id) > (?8, ?9))
ORDER BY p.name, p.id LIMIT ?10
