DELETE FROM parameter_sets WHERE name = ?
