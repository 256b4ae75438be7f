SELECT count(*) FROM findings AS f
WHERE (?1 IS NULL OR f.level = ?1)
  AND (?2 IS NULL OR f.extent_kind = ?2)
  AND (?3 IS NULL OR f.kind IN (SELECT value FROM json_each(?3)))
  AND (?4 IS NULL OR f.gap_kind IN (SELECT value FROM json_each(?4)))
  AND (?5 IS NULL OR f.rule IN (SELECT value FROM json_each(?5)))
  AND (?6 IS NULL OR f.seq IN (SELECT u.seq FROM finding_units AS u WHERE u.code = ?6))
  AND (?7 IS NULL OR f.parties = ?7)
  AND (?8 IS NULL OR f.parent = ?8)
  AND (?9 IS NULL OR f.severity IN (SELECT value FROM json_each(?9)))
  AND (?10 IS NULL OR f.state IN (SELECT value FROM json_each(?10)))
  AND (?11 IS NULL OR f.place_id = ?11)
  AND (?12 IS NULL OR f.seq IN (SELECT b.seq FROM findings_box AS b
                                 WHERE b.west <= ?14 AND b.east >= ?12 AND b.south <= ?15 AND b.north >= ?13))
