-- Units by code or by name: of places' claims. Two searches by index instead of a look at every extent.
SELECT e.*, s.sha256 FROM extents AS e JOIN submissions AS s ON s.id = e.submission_id
WHERE e.kind = ?2 AND e.id IN (
    SELECT c.id FROM extents AS c INDEXED BY extents_code
    WHERE c.recorded_at IS NOT NULL AND c.superseded_at IS NULL AND c.code IN (SELECT value FROM json_each(?1))
    UNION
    SELECT n.id FROM extents AS n INDEXED BY extents_name
    WHERE n.recorded_at IS NOT NULL AND n.superseded_at IS NULL AND n.name IN (SELECT value FROM json_each(?1)))
ORDER BY e.code, e.name, e.id
