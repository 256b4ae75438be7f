SELECT row, field, rule, severity, found, params FROM row_findings
WHERE submission_id = ? AND row IN (SELECT value FROM json_each(?))
ORDER BY row, number
