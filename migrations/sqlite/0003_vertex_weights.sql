-- How much each vertex of an extent matters to a map (`crates/coverage`, module `simplify`), as of the last audit. An
-- extent that no audit has seen yet has none; it is drawn with all its vertices.
CREATE TABLE vertex_weights (
    extent_id INTEGER NOT NULL REFERENCES extents (id) ON DELETE CASCADE,
    -- m² as little-endian 32-bit floats, infinity for what stays: one for each vertex of extents.geometry in the order of
    -- its WKB, those that close rings too.
    weights   BLOB NOT NULL,
    CONSTRAINT vertex_weights_once UNIQUE (extent_id)
) STRICT;
