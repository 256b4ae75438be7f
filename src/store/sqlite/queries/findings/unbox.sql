DELETE FROM findings_box WHERE seq IN (SELECT value FROM json_each(?1))
