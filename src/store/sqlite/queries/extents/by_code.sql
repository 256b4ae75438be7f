-- Legal before administered; units without code answer to their name.
SELECT e.*, s.sha256 FROM extents AS e JOIN submissions AS s ON s.id = e.submission_id
WHERE e.recorded_at IS NOT NULL AND e.superseded_at IS NULL
  AND (e.code = ?1 OR (e.code = '' AND e.name = ?1)) AND (?2 IS NULL OR e.level = ?2)
ORDER BY e.kind DESC, e.area_m2 DESC, e.id
