SELECT id, identity, name, lon, lat, accuracy_m, unit FROM places
WHERE recorded_at IS NOT NULL AND superseded_at IS NULL ORDER BY id
