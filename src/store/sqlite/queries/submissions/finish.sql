UPDATE submissions
SET state = ?2, rows_read = ?3, rows_accepted = ?4, rows_with_findings = ?5, rows_rejected = ?6, decisions = ?7,
    error_code = ?8, error_zh = ?9, error_en = ?10
WHERE id = ?1 AND state = 'staging'
