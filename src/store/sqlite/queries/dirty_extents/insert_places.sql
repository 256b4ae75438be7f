INSERT INTO dirty_extents (places) VALUES (1)
