UPDATE findings
SET scope = ?2, rule = ?3, kind = ?4, gap_kind = ?5, level = ?6, extent_kind = ?7, parties = ?8, parent = ?9,
    severity = ?10, area_m2 = ?11, max_width_m = ?12, length_m = ?13, geometry = ?14, west = ?15, south = ?16,
    east = ?17, north = ?18, lon = ?19, lat = ?20, place_id = ?21, place_name = ?22, params = ?23, state = 'open',
    last_run = ?25, last_seen = ?26
WHERE id = ?1
RETURNING seq
