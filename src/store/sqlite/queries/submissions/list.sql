SELECT * FROM submissions
WHERE state <> 'staging' AND (?1 IS NULL OR id < ?1)
ORDER BY id DESC LIMIT ?2
