SELECT level, kind, count(*) AS units, min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north,
       max(area_m2) AS largest
FROM extents WHERE recorded_at IS NOT NULL AND superseded_at IS NULL
GROUP BY level, kind ORDER BY largest DESC, level, kind
