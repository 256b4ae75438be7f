SELECT id, before_id, after_id, places FROM dirty_extents ORDER BY id LIMIT ?
