SELECT count(*) FROM lines AS l
WHERE (?1 IS NULL OR l.a_code = ?1 OR l.b_code = ?1) AND (?2 IS NULL OR l.level = ?2)
