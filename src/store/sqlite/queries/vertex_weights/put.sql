INSERT INTO vertex_weights (extent_id, weights) SELECT id, ?2 FROM extents WHERE id = ?1
ON CONFLICT (extent_id) DO UPDATE SET weights = excluded.weights
