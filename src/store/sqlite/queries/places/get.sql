SELECT p.geometry, p.attributes, p.id, p.code, p.name, p.category, p.lon, p.lat, p.source_first, p.source_second, p.source_crs, p.method,
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
WHERE p.id = ? AND p.recorded_at IS NOT NULL AND p.superseded_at IS NULL
