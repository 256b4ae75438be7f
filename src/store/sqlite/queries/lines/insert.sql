INSERT INTO lines (level, kind, a_id, a_code, a_name, b_id, b_code, b_name, length_m, agreed_m, within_m,
                   geometry)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
