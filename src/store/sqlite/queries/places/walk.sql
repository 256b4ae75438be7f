-- ?1 and ?2: name and number of the last one before.
SELECT p.id, p.code, p.name, p.category, p.lon, p.lat, p.source_first, p.source_second, p.source_crs, p.method,
       p.accuracy_m, p.row, s.sha256, p.unit, p.unit AS unit_code, NULL AS unit_name, 0 AS findings, NULL AS severity,
       p.geometry, p.attributes
FROM places AS p INDEXED BY places_name JOIN submissions AS s ON s.id = p.submission_id
WHERE p.recorded_at IS NOT NULL AND p.superseded_at IS NULL AND (p.name, p.id) > (?1, ?2)
ORDER BY p.name, p.id LIMIT ?3
