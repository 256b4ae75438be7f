-- Findings of the same parties, parent and level in one row. ?17 sort key, ?18 sign (-1: largest first),
-- ?19 and ?20 number and age of the last group before, ?21 limit. By parties: the number is 0, ?22 the text before.
WITH grouped AS (
    SELECT f.parties, f.parent, f.level, min(f.seq) AS first, count(*) AS n, total(f.area_m2) AS area,
           max(f.max_width_m) AS width, max(f.severity) AS severity,
           min(f.west) AS west, min(f.south) AS south, max(f.east) AS east, max(f.north) AS north,
           sum(f.kind = 'overlap') AS n_overlap, sum(f.kind = 'gap') AS n_gap, sum(f.kind = 'spill') AS n_spill,
           sum(f.kind = 'mismatch') AS n_mismatch, sum(f.kind = 'invalid') AS n_invalid, sum(f.kind = 'code') AS n_code,
           sum(f.kind = 'hierarchy') AS n_hierarchy, sum(f.kind = 'name') AS n_name
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
    GROUP BY f.parties, f.parent, f.level
), keyed AS (
    SELECT *, ?18 * CASE ?17 WHEN 'area' THEN area WHEN 'count' THEN n * 1.0 WHEN 'width' THEN coalesce(width, -1.0)
           ELSE 0.0 END AS key, CASE ?17 WHEN 'units' THEN parties ELSE '' END AS words
    FROM grouped
)
SELECT * FROM keyed
WHERE ?19 IS NULL OR key > ?19
   OR (key = ?19 AND CASE WHEN ?18 < 0 THEN words < ?22 ELSE words > ?22 END)
   OR (key = ?19 AND words = ?22 AND first > ?20)
ORDER BY key, CASE WHEN ?18 > 0 THEN words END, CASE WHEN ?18 < 0 THEN words END DESC, first LIMIT ?21
