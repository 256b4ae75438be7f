UPDATE places SET recorded_at = ?2, valid_from = ?3 WHERE submission_id = ?1 AND recorded_at IS NULL
