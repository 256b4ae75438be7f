INSERT INTO parameter_sets (name, definition) VALUES (?, ?) ON CONFLICT (name) DO NOTHING
