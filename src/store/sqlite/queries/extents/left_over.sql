-- Visible extents of the submission ?2 that the staged ones of ?1 do not replace.
SELECT old.id FROM extents AS old
WHERE old.submission_id = ?2 AND old.recorded_at IS NOT NULL AND old.superseded_at IS NULL
  AND (old.level, old.kind, old.identity) NOT IN
      (SELECT new.level, new.kind, new.identity FROM extents AS new WHERE new.submission_id = ?1)
