SELECT * FROM submissions WHERE sha256 = ? AND kind = ? AND options = ?
