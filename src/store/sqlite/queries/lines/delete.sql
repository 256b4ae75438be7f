DELETE FROM lines WHERE level = ? AND kind = ?
