UPDATE runs SET finished_at = ?2, new_count = ?3, open_count = ?4, gone_count = ?5
WHERE number = ?1 AND finished_at IS NULL
RETURNING *
