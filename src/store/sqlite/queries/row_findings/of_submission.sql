SELECT row, field, rule, severity, found, params FROM row_findings
WHERE submission_id = ?
ORDER BY row, number
