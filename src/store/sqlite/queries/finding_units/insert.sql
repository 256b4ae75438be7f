INSERT INTO finding_units (seq, number, unit_id, code, name) VALUES (?, ?, ?, ?, ?)
