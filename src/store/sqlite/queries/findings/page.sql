-- ?17 sort key, ?18 sign (-1: largest first), ?19 and ?20 key and age of the last item before, ?21 limit, ?22 with geometry
WITH chosen AS (
    SELECT f.seq, ?18 * CASE ?17 WHEN 'area' THEN coalesce(f.area_m2, -1.0) WHEN 'width' THEN coalesce(f.max_width_m, -1.0)
           WHEN 'length' THEN coalesce(f.length_m, -1.0) WHEN 'severity' THEN f.severity * 1.0 ELSE f.seq * 1.0 END AS key
    FROM findings AS f
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
      AND (?16 IS NULL OR f.area_m2 >= ?16)
      AND (?12 IS NULL OR f.seq IN (SELECT b.seq FROM findings_box AS b
                                     WHERE b.west <= ?14 AND b.east >= ?12 AND b.south <= ?15 AND b.north >= ?13))
), page AS (
    SELECT seq, key FROM chosen WHERE ?19 IS NULL OR key > ?19 OR (key = ?19 AND seq > ?20)
    ORDER BY key, seq LIMIT ?21
)
SELECT f.seq, f.id, f.scope, f.rule, f.kind, f.gap_kind, f.level, f.extent_kind, f.parent, f.severity, f.area_m2,
       f.max_width_m, f.length_m, f.west, f.south, f.east, f.north, f.lon, f.lat, f.place_id, f.place_name, f.params,
       f.state, f.derived_from, f.first_run, f.last_run, f.first_seen, f.last_seen,
       CASE WHEN ?22 THEN f.geometry END AS geometry, page.key
FROM page JOIN findings AS f ON f.seq = page.seq
ORDER BY page.key, f.seq
