-- For tiles: no claimed unit, it is not drawn.
WITH RECURSIVE columns (number) AS (
    SELECT CAST((max(?1, -180) + 180) * 50 AS INTEGER)
    UNION ALL SELECT number + 1 FROM columns WHERE number < CAST((min(?3, 180) + 180) * 50 AS INTEGER))
SELECT p.id, p.code, p.name, p.category, p.lon, p.lat, p.source_first, p.source_second, p.source_crs, p.method,
       p.accuracy_m, p.row, s.sha256, p.unit, NULL AS unit_code, NULL AS unit_name,
       (SELECT count(*) FROM findings AS f WHERE f.place_id = p.id AND f.state <> 'gone') AS findings,
       (SELECT max(f.severity) FROM findings AS f WHERE f.place_id = p.id AND f.state <> 'gone') AS severity
FROM columns CROSS JOIN places AS p INDEXED BY places_column JOIN submissions AS s ON s.id = p.submission_id
WHERE CAST((p.lon + 180) * 50 AS INTEGER) = columns.number AND p.lat BETWEEN ?2 AND ?4 AND p.lon BETWEEN ?1 AND ?3
  AND p.recorded_at IS NOT NULL AND p.superseded_at IS NULL
ORDER BY p.id LIMIT ?5
