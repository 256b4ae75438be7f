SELECT id, before_id, after_id FROM dirty_extents ORDER BY id LIMIT ?
