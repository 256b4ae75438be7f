-- For tiles: no claimed unit, it is not drawn.
SELECT p.id, p.code, p.name, p.category, p.lon, p.lat, p.source_first, p.source_second, p.source_crs, p.method,
       p.accuracy_m, p.row, s.sha256, p.unit, NULL AS unit_code, NULL AS unit_name,
       (SELECT count(*) FROM findings AS f WHERE f.place_id = p.id AND f.state <> 'gone') AS findings,
       (SELECT max(f.severity) FROM findings AS f WHERE f.place_id = p.id AND f.state <> 'gone') AS severity
FROM places_box AS b JOIN places AS p ON p.id = b.id JOIN submissions AS s ON s.id = p.submission_id
WHERE b.west <= ?3 AND b.east >= ?1 AND b.south <= ?4 AND b.north >= ?2
  AND p.lon BETWEEN ?1 AND ?3 AND p.lat BETWEEN ?2 AND ?4
ORDER BY p.id LIMIT ?5
