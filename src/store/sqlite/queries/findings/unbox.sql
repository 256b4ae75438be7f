DELETE FROM findings_box WHERE seq = ?
