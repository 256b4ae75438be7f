-- Visible versions that the staged ones replace.
SELECT old.id FROM extents AS new
JOIN extents AS old ON old.level = new.level AND old.kind = new.kind AND old.identity = new.identity
WHERE new.submission_id = ? AND new.recorded_at IS NULL
  AND old.recorded_at IS NOT NULL AND old.superseded_at IS NULL
