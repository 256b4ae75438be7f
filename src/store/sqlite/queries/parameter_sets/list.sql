SELECT name, definition FROM parameter_sets ORDER BY name
