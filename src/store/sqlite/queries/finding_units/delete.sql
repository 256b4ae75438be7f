DELETE FROM finding_units WHERE seq = ?
