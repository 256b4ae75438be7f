INSERT INTO findings (id, scope, rule, kind, gap_kind, level, extent_kind, parties, parent, severity, area_m2,
    max_width_m, length_m, geometry, west, south, east, north, lon, lat, place_id, place_name, params, state,
    derived_from, first_run, last_run, first_seen, last_seen)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
    'new', ?24, ?25, ?25, ?26, ?26)
RETURNING seq
