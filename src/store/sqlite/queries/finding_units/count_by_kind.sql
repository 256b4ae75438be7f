SELECT u.unit_id, f.extent_kind, f.kind, count(*) AS n
FROM finding_units AS u JOIN findings AS f ON f.seq = u.seq
WHERE u.unit_id IN (SELECT value FROM json_each(?)) AND f.state <> 'gone'
GROUP BY u.unit_id, f.extent_kind, f.kind ORDER BY f.kind
