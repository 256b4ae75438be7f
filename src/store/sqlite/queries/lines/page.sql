SELECT l.id, l.level, l.kind, l.a_id, l.a_code, l.a_name, l.b_id, l.b_code, l.b_name, l.length_m, l.agreed_m, l.within_m,
       (SELECT count(*) FROM findings AS f
         WHERE f.parties = l.a_code || char(10) || l.b_code AND f.level = l.level AND f.state <> 'gone') AS findings
FROM lines AS l
WHERE (?1 IS NULL OR l.a_code = ?1 OR l.b_code = ?1) AND (?2 IS NULL OR l.level = ?2)
  AND (?3 IS NULL OR (l.level, l.a_code, l.b_code, l.id) > (?3, ?4, ?5, ?6))
ORDER BY l.level, l.a_code, l.b_code, l.id LIMIT ?7
