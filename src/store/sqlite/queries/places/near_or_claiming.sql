SELECT p.* FROM places AS p
WHERE p.recorded_at IS NOT NULL AND p.superseded_at IS NULL AND (
    p.id IN (SELECT b.id FROM places_box AS b
             WHERE b.west <= ?3 AND b.east >= ?1 AND b.south <= ?4 AND b.north >= ?2)
    OR EXISTS (SELECT 1 FROM json_each(?5) AS k WHERE p.unit LIKE '%' || k.value))
ORDER BY p.id
