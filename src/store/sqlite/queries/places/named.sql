-- Where the visible places of these names are.
SELECT p.name, p.lon, p.lat FROM places AS p INDEXED BY places_name
WHERE p.recorded_at IS NOT NULL AND p.superseded_at IS NULL AND p.lon IS NOT NULL
  AND p.name IN (SELECT value FROM json_each(?1))
ORDER BY p.name, p.id
