 ON CONFLICT (id) DO UPDATE
SET scope = excluded.scope, rule = excluded.rule, kind = excluded.kind, gap_kind = excluded.gap_kind,
    level = excluded.level, extent_kind = excluded.extent_kind, parties = excluded.parties, parent = excluded.parent,
    severity = excluded.severity, area_m2 = excluded.area_m2, max_width_m = excluded.max_width_m,
    length_m = excluded.length_m, geometry = excluded.geometry, west = excluded.west, south = excluded.south,
    east = excluded.east, north = excluded.north, lon = excluded.lon, lat = excluded.lat,
    place_id = excluded.place_id, place_name = excluded.place_name, params = excluded.params, state = excluded.state,
    last_run = excluded.last_run, last_seen = excluded.last_seen
RETURNING id, seq
