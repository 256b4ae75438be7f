DELETE FROM extents_box WHERE id IN (SELECT value FROM json_each(?1))
