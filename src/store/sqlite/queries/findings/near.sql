-- Findings of a scope, gone ones too, whose box meets this one. The joins are in this order on purpose: a scope may hold
-- half a million findings, the box a few.
SELECT f.* FROM findings_box AS b CROSS JOIN findings AS f ON f.seq = b.seq
WHERE b.west <= ?4 AND b.east >= ?2 AND b.south <= ?5 AND b.north >= ?3 AND +f.scope = ?1
UNION
-- And those on the units themselves, wherever they are.
SELECT f.* FROM finding_units AS u CROSS JOIN findings AS f ON f.seq = u.seq
WHERE u.unit_id IN (SELECT value FROM json_each(?6)) AND +f.scope = ?1
ORDER BY seq
