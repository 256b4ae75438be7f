SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT id FROM findings) LIMIT 1
