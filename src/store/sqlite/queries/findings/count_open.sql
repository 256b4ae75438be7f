SELECT count(*) FROM findings WHERE state <> 'gone'
