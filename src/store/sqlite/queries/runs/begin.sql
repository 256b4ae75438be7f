INSERT INTO runs (number, started_at) SELECT coalesce(max(number), 0) + 1, ? FROM runs RETURNING number
