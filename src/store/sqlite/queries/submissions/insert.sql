INSERT INTO submissions (sha256, kind, file, bytes, options, state, received_at, actor)
VALUES (?, ?, ?, ?, ?, 'staging', ?, ?)
RETURNING id
