-- Rows, findings, staged extents and places go with it (foreign keys).
DELETE FROM submissions WHERE id = ? AND state <> 'accepted'
