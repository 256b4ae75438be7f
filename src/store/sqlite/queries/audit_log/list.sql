SELECT id, at, actor, via, action, subject, details FROM audit_log
WHERE ?1 IS NULL OR id < ?1
ORDER BY id DESC LIMIT ?2
