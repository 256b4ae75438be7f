SELECT count(*) FROM submissions WHERE state <> 'staging'
