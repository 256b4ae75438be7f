SELECT p.* FROM places AS p
WHERE p.recorded_at IS NOT NULL AND p.superseded_at IS NULL AND (
    p.id IN (
        WITH RECURSIVE columns (number) AS (
        SELECT CAST((max(?1, -180) + 180) * 50 AS INTEGER)
        UNION ALL SELECT number + 1 FROM columns WHERE number < CAST((min(?3, 180) + 180) * 50 AS INTEGER))
        SELECT b.id FROM columns CROSS JOIN places AS b INDEXED BY places_column
        WHERE CAST((b.lon + 180) * 50 AS INTEGER) = columns.number AND b.lat BETWEEN ?2 AND ?4 AND b.lon BETWEEN ?1 AND ?3
          AND b.recorded_at IS NOT NULL AND b.superseded_at IS NULL)
    OR EXISTS (SELECT 1 FROM json_each(?5) AS k WHERE p.unit LIKE '%' || k.value))
ORDER BY p.id
