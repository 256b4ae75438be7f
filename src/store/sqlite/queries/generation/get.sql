SELECT value FROM generation WHERE id = 1
