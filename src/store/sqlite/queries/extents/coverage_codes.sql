SELECT unit_id, code FROM extents
WHERE recorded_at IS NOT NULL AND superseded_at IS NULL AND level = ?1 AND kind = ?2
ORDER BY unit_id
