SELECT * FROM findings WHERE seq > ?1 AND state <> 'gone' ORDER BY seq LIMIT ?2
