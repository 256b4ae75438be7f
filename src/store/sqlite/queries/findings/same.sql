UPDATE findings SET state = 'open', last_run = ?2, last_seen = ?3 WHERE id IN (SELECT value FROM json_each(?1))
