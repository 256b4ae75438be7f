-- Where the new version says from when it holds, the old one holds until then.
UPDATE extents SET superseded_at = ?2, valid_to = coalesce(?3, valid_to)
WHERE id IN (SELECT value FROM json_each(?1))
