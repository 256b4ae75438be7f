INSERT INTO findings_box (seq, west, east, south, north) VALUES (?, ?, ?, ?, ?)
