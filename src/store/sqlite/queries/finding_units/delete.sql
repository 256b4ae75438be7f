DELETE FROM finding_units WHERE seq IN (SELECT value FROM json_each(?1))
