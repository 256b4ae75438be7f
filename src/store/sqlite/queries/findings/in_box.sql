SELECT f.* FROM findings_box AS b JOIN findings AS f ON f.seq = b.seq
WHERE b.west <= ?3 AND b.east >= ?1 AND b.south <= ?4 AND b.north >= ?2 AND f.state <> 'gone'
ORDER BY f.seq
