-- A staged place that says what the visible one says makes no new version.
DELETE FROM places
WHERE submission_id = ?1 AND EXISTS (
    SELECT 1 FROM places AS old
    WHERE old.recorded_at IS NOT NULL AND old.superseded_at IS NULL AND old.identity = places.identity
      AND old.name = places.name AND old.category IS places.category AND old.unit IS places.unit
      AND old.lon IS places.lon AND old.lat IS places.lat AND old.geometry IS places.geometry
      AND old.source_crs IS places.source_crs AND old.accuracy_m IS places.accuracy_m
      AND old.attributes = places.attributes AND (?2 IS NULL OR old.valid_from IS ?2))
