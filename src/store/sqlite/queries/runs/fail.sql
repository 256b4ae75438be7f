UPDATE runs SET failed = ?2 WHERE number = ?1 AND finished_at IS NULL
