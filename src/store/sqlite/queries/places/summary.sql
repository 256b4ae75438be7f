SELECT count(*) AS n, min(lon) AS west, min(lat) AS south, max(lon) AS east, max(lat) AS north FROM places
WHERE recorded_at IS NOT NULL AND superseded_at IS NULL
