SELECT f.* FROM findings_box AS b CROSS JOIN findings AS f ON f.seq = b.seq
WHERE b.west <= ?3 AND b.east >= ?1 AND b.south <= ?4 AND b.north >= ?2 AND f.state <> 'gone'
ORDER BY f.severity DESC, f.area_m2 DESC, f.seq LIMIT ?5
