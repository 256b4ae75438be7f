INSERT INTO audit_log (at, actor, via, action, subject, details) VALUES (?, ?, ?, ?, ?, ?)
