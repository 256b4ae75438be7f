UPDATE places SET submission_id = ?1
WHERE submission_id = ?2 AND recorded_at IS NOT NULL AND superseded_at IS NULL
