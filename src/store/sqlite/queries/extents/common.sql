-- Whether all extents of a coverage lie in this plane, and whether some know their parent and some do not.
SELECT
    EXISTS (SELECT 1 FROM extents INDEXED BY extents_coverage
            WHERE recorded_at IS NOT NULL AND superseded_at IS NULL AND level = ?1 AND kind = ?2 AND plane < ?3)
    OR EXISTS (SELECT 1 FROM extents INDEXED BY extents_coverage
            WHERE recorded_at IS NOT NULL AND superseded_at IS NULL AND level = ?1 AND kind = ?2 AND plane > ?3)
    AS several_planes,
    EXISTS (SELECT 1 FROM extents INDEXED BY extents_coverage
            WHERE recorded_at IS NOT NULL AND superseded_at IS NULL AND level = ?1 AND kind = ?2 AND plane = ?3
              AND parent_code IS NULL) AS without_parent,
    EXISTS (SELECT 1 FROM extents INDEXED BY extents_coverage
            WHERE recorded_at IS NOT NULL AND superseded_at IS NULL AND level = ?1 AND kind = ?2 AND plane = ?3
              AND parent_code IS NOT NULL) AS with_parent
