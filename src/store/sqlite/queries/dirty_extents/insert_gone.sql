-- Extents that go without another in their place.
INSERT INTO dirty_extents (before_id) SELECT value FROM json_each(?1)
