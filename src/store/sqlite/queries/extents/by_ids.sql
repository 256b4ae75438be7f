SELECT e.*, s.sha256 FROM extents AS e JOIN submissions AS s ON s.id = e.submission_id
WHERE e.id IN (SELECT value FROM json_each(?1))
