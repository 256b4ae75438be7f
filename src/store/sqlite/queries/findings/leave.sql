UPDATE findings SET state = 'gone' WHERE id = ? AND state <> 'gone'
