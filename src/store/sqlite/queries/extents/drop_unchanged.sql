-- A staged extent that says what the visible one says makes no new version.
DELETE FROM extents
WHERE submission_id = ?1 AND EXISTS (
    SELECT 1 FROM extents AS old INDEXED BY extents_visible
    WHERE old.recorded_at IS NOT NULL AND old.superseded_at IS NULL
      AND old.level = extents.level AND old.kind = extents.kind AND old.identity = extents.identity
      AND old.code = extents.code AND old.name = extents.name AND old.parent_code IS extents.parent_code
      AND old.geometry = extents.geometry AND old.source IS extents.source AND old.plane = extents.plane
      AND old.source_crs = extents.source_crs AND old.accuracy_m IS extents.accuracy_m
      AND old.attributes = extents.attributes AND (?2 IS NULL OR old.valid_from IS ?2))
