SELECT * FROM findings WHERE scope = ? ORDER BY seq
