-- A delivery of places that no audit has seen yet stands among the changes too: both versions NULL, places 1.
ALTER TABLE dirty_extents ADD COLUMN places INTEGER NOT NULL DEFAULT 0 CHECK (places IN (0, 1));
