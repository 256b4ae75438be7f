DELETE FROM dirty_extents WHERE id <= ?
