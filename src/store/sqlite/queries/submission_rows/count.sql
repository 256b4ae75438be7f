SELECT count(*) FROM submission_rows WHERE submission_id = ?1 AND (?2 IS NULL OR state = ?2)
