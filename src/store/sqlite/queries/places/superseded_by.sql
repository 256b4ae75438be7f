SELECT old.id FROM places AS new
JOIN places AS old ON old.identity = new.identity
WHERE new.submission_id = ? AND new.recorded_at IS NULL
  AND old.recorded_at IS NOT NULL AND old.superseded_at IS NULL
