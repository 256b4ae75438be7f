SELECT * FROM submissions WHERE id = ?
