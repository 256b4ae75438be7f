-- Visible places of the submission ?2 that the staged ones of ?1 do not replace.
SELECT old.id FROM places AS old
WHERE old.submission_id = ?2 AND old.recorded_at IS NOT NULL AND old.superseded_at IS NULL
  AND old.identity NOT IN (SELECT new.identity FROM places AS new WHERE new.submission_id = ?1)
