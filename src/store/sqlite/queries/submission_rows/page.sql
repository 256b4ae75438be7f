SELECT row, state, name, code, lon, lat FROM submission_rows
WHERE submission_id = ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR row > ?3)
ORDER BY row LIMIT ?4
