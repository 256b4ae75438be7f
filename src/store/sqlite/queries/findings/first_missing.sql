SELECT j.value FROM json_each(?1) AS j WHERE NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.id = j.value) LIMIT 1
