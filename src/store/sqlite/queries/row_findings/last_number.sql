SELECT coalesce(max(number), 0) FROM row_findings WHERE submission_id = ?
