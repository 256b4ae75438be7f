-- The accepted submission of the bytes ?2 that the submission ?1 can correct: of the same rows, layer, level and kind of extent;
-- the one that still holds records before those that others have replaced.
SELECT s.id FROM submissions AS own JOIN submissions AS s ON s.sha256 = ?2 AND s.kind = own.kind AND s.id <> own.id
WHERE own.id = ?1 AND s.state = 'accepted'
  AND json_extract(s.options, '$.layer') IS json_extract(own.options, '$.layer')
  AND json_extract(s.options, '$.level') IS json_extract(own.options, '$.level')
  AND json_extract(s.options, '$.kind') IS json_extract(own.options, '$.kind')
ORDER BY EXISTS (SELECT 1 FROM places AS p WHERE p.submission_id = s.id AND p.recorded_at IS NOT NULL AND p.superseded_at IS NULL)
      OR EXISTS (SELECT 1 FROM extents AS e WHERE e.submission_id = s.id AND e.recorded_at IS NOT NULL AND e.superseded_at IS NULL)
      DESC, s.id DESC
LIMIT 1
