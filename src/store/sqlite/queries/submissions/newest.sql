SELECT * FROM submissions WHERE sha256 = ? AND state <> 'staging' ORDER BY id DESC LIMIT 1
