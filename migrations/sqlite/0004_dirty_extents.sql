-- Changes of extents that no audit has seen yet, written in the transaction that makes them visible. The next audit looks
-- at their surroundings (or at everything) and removes them.
CREATE TABLE dirty_extents (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    before_id INTEGER REFERENCES extents (id) ON DELETE CASCADE,  -- the version that was superseded; NULL: a new unit
    after_id  INTEGER REFERENCES extents (id) ON DELETE CASCADE   -- the version that took its place
) STRICT;
CREATE INDEX dirty_extents_before ON dirty_extents (before_id);
CREATE INDEX dirty_extents_after ON dirty_extents (after_id);
-- What all extents of a coverage have in common is asked at every audit of a neighbourhood.
CREATE INDEX extents_coverage ON extents (level, kind, plane, parent_code)
    WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
