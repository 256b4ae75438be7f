DELETE FROM submissions WHERE state = 'staging' AND received_at < ?
