SELECT l.*, (SELECT count(*) FROM findings AS f
              WHERE f.parties = l.a_code || char(10) || l.b_code AND f.level = l.level AND f.state <> 'gone') AS findings
FROM lines AS l
WHERE (l.a_code = ?1 AND l.b_code = ?2) OR (l.a_code = ?2 AND l.b_code = ?1)
ORDER BY l.kind DESC, l.length_m DESC LIMIT 1
