-- After publishing: each new version with the one it replaced.
INSERT INTO dirty_extents (before_id, after_id)
SELECT old.id, new.id FROM extents AS new
LEFT JOIN extents AS old ON old.id = (
    SELECT max(o.id) FROM extents AS o
    WHERE o.id IN (SELECT value FROM json_each(?2))
      AND o.level = new.level AND o.kind = new.kind AND o.identity = new.identity)
WHERE new.submission_id = ?1 AND new.recorded_at IS NOT NULL AND new.superseded_at IS NULL
