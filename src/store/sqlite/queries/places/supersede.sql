UPDATE places SET superseded_at = ?2, valid_to = coalesce(?3, valid_to)
WHERE id IN (SELECT value FROM json_each(?1))
