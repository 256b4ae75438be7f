SELECT seq, unit_id, code, name FROM finding_units
WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq, number
