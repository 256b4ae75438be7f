-- Base schema. Times are RFC 3339 text in UTC; geometry is WKB, EPSG:4490 longitude/latitude degrees unless said
-- otherwise; codes are text. Numbers that others keep are never given twice (AUTOINCREMENT). Only `src/store/sqlite` speaks to these tables.

-- One row, moved on by every write that readers can see: base of caches and ETags.
CREATE TABLE generation (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL
) STRICT;
INSERT INTO generation (id, value) VALUES (1, 0);

-- Who did what, when. Written in the transaction of the deed itself; never changed.
CREATE TABLE audit_log (
    id      INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    via     TEXT NOT NULL,                 -- door: command-line, http, service
    action  TEXT NOT NULL,                 -- such as submission.accept
    subject TEXT NOT NULL,                 -- of what, such as a SHA-256
    details TEXT NOT NULL                  -- JSON
) STRICT;

-- A file as received. The bytes lie in the data folder under their SHA-256.
CREATE TABLE submissions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256      TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('units', 'places')),
    file        TEXT NOT NULL,             -- name the sender gave
    bytes       INTEGER NOT NULL,
    options     TEXT NOT NULL,             -- JSON in a fixed order: what changes the outcome
    state       TEXT NOT NULL CHECK (state IN ('staging', 'accepted', 'refused')),
    received_at TEXT NOT NULL,
    actor       TEXT NOT NULL,
    rows_read          INTEGER NOT NULL DEFAULT 0,
    rows_accepted      INTEGER NOT NULL DEFAULT 0,
    rows_with_findings INTEGER NOT NULL DEFAULT 0,
    rows_rejected      INTEGER NOT NULL DEFAULT 0,
    decisions   TEXT NOT NULL DEFAULT '[]',-- JSON: choices made while reading
    error_code  TEXT,                      -- set when refused
    error_zh    TEXT,
    error_en    TEXT,
    -- Same bytes and same options are one submission: importing twice changes nothing.
    CONSTRAINT submissions_once UNIQUE (sha256, kind, options)
) STRICT;

-- What became of each row.
CREATE TABLE submission_rows (
    submission_id INTEGER NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    row           INTEGER NOT NULL,        -- from 1, in file order
    state         TEXT NOT NULL CHECK (state IN ('accepted', 'with_findings', 'rejected')),
    name          TEXT NOT NULL,
    code          TEXT NOT NULL,
    PRIMARY KEY (submission_id, row)
) STRICT, WITHOUT ROWID;

-- Findings on rows, and (row 0) on the file. Texts are made from rule and params when read.
CREATE TABLE row_findings (
    submission_id INTEGER NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    row           INTEGER NOT NULL,        -- 0: the whole file
    number        INTEGER NOT NULL,        -- order within the submission
    field         TEXT,
    rule          TEXT NOT NULL,
    severity      TEXT NOT NULL,
    found         TEXT,
    params        TEXT NOT NULL,           -- JSON
    PRIMARY KEY (submission_id, row, number)
) STRICT, WITHOUT ROWID;

-- A unit: what stays when its extent, name or parent changes. Known by code within a level, or by name without one.
CREATE TABLE units (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    level    TEXT NOT NULL,
    identity TEXT NOT NULL,                -- code, else name
    CONSTRAINT units_once UNIQUE (level, identity)
) STRICT;

-- One version of the area of a unit. Visible: recorded_at set, superseded_at not.
CREATE TABLE extents (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    unit_id     INTEGER REFERENCES units (id),          -- NULL while staged
    submission_id INTEGER NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    row         INTEGER NOT NULL,          -- first row of the file it came from
    level       TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('legal', 'administered')),
    identity    TEXT NOT NULL,             -- code, else name: same as units.identity
    code        TEXT NOT NULL,             -- '' when missing
    name        TEXT NOT NULL,
    parent_code TEXT,
    geometry    BLOB NOT NULL,
    source      BLOB,                      -- WKB in the plane of the source; NULL when that is EPSG:4490 itself
    plane       TEXT NOT NULL,             -- the plane topology is decided in
    source_crs  TEXT NOT NULL,             -- as said or taken
    method      TEXT NOT NULL,             -- how the source numbers became 4490
    accuracy_m  REAL,
    area_m2     REAL NOT NULL,             -- on the ellipsoid
    west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL,
    attributes  TEXT NOT NULL,             -- JSON, as received
    -- Legal effect [valid_from, valid_to) and recording [recorded_at, superseded_at).
    valid_from  TEXT, valid_to TEXT,
    recorded_at TEXT, superseded_at TEXT
) STRICT;
CREATE INDEX extents_visible ON extents (level, kind, identity) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX extents_code ON extents (code) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX extents_name ON extents (name) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX extents_parent ON extents (parent_code) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX extents_submission ON extents (submission_id);
CREATE INDEX extents_unit ON extents (unit_id);
-- Boxes of visible extents only.
CREATE VIRTUAL TABLE extents_box USING rtree (id, west, east, south, north);

-- One version of a place name. Visible: recorded_at set, superseded_at not.
CREATE TABLE places (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    submission_id INTEGER NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    row         INTEGER NOT NULL,
    identity    TEXT NOT NULL,             -- place code, else name and position: known again in a later delivery
    code        TEXT,
    name        TEXT NOT NULL,
    category    TEXT,
    unit        TEXT,                      -- code, else name, of the unit it claims
    lon REAL, lat REAL,                    -- NULL: no usable position
    geometry    BLOB,                      -- only when it is more than the point
    source_first TEXT, source_second TEXT, -- numbers as they stood, in their order
    source_crs  TEXT,
    method      TEXT,
    accuracy_m  REAL,
    attributes  TEXT NOT NULL,             -- JSON, as received
    valid_from  TEXT, valid_to TEXT,
    recorded_at TEXT, superseded_at TEXT
) STRICT;
CREATE INDEX places_name ON places (name, id) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX places_unit ON places (unit) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX places_identity ON places (identity) WHERE recorded_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX places_submission ON places (submission_id);
-- Positions of visible places only.
CREATE VIRTUAL TABLE places_box USING rtree (id, west, east, south, north);

-- Runs of the audit.
CREATE TABLE runs (
    number      INTEGER PRIMARY KEY,
    started_at  TEXT NOT NULL,
    finished_at TEXT,                      -- NULL: under way, or interrupted
    failed      TEXT,                      -- why it did not come to its end
    new_count   INTEGER NOT NULL DEFAULT 0,
    open_count  INTEGER NOT NULL DEFAULT 0,
    gone_count  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Findings of the audit, with a lasting identity.
CREATE TABLE findings (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT, -- age
    id          TEXT NOT NULL UNIQUE,      -- lasting id, chosen by the audit
    scope       TEXT NOT NULL,             -- what is reconciled together
    rule        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    gap_kind    TEXT,
    level       TEXT NOT NULL,
    extent_kind TEXT NOT NULL,
    parties     TEXT NOT NULL,             -- codes of the parties, sorted, joined by line feeds: key of groups
    parent      TEXT,
    severity    INTEGER NOT NULL,          -- 0 info, 1 warning, 2 error: ordered
    area_m2     REAL, max_width_m REAL, length_m REAL,
    geometry    BLOB,
    west REAL, south REAL, east REAL, north REAL,
    lon REAL, lat REAL,                    -- where the map flies to
    place_id    INTEGER, place_name TEXT,
    params      TEXT NOT NULL,             -- JSON, for the message
    state       TEXT NOT NULL CHECK (state IN ('new', 'open', 'gone')),
    derived_from TEXT NOT NULL,            -- JSON array of ids
    first_run   INTEGER NOT NULL REFERENCES runs (number),
    last_run    INTEGER NOT NULL REFERENCES runs (number),
    first_seen  TEXT NOT NULL,
    last_seen   TEXT NOT NULL
) STRICT;
CREATE INDEX findings_scope ON findings (scope);
CREATE INDEX findings_parties ON findings (parties);
CREATE INDEX findings_place ON findings (place_id) WHERE place_id IS NOT NULL;
CREATE INDEX findings_first_run ON findings (first_run);
CREATE INDEX findings_last_run ON findings (last_run);
-- Boxes of findings, whatever their state.
CREATE VIRTUAL TABLE findings_box USING rtree (seq, west, east, south, north);

-- The parties of a finding, in order of code.
CREATE TABLE finding_units (
    seq     INTEGER NOT NULL REFERENCES findings (seq) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    unit_id INTEGER REFERENCES units (id),
    code    TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_units_code ON finding_units (code);
CREATE INDEX finding_units_unit ON finding_units (unit_id);

-- Common lines of neighbours, as of the last run.
CREATE TABLE lines (
    id       INTEGER PRIMARY KEY,
    level    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    a_id     INTEGER REFERENCES units (id), a_code TEXT NOT NULL, a_name TEXT NOT NULL,
    b_id     INTEGER REFERENCES units (id), b_code TEXT NOT NULL, b_name TEXT NOT NULL,
    length_m REAL NOT NULL,
    agreed_m REAL NOT NULL,                -- the same edge on both sides
    geometry BLOB NOT NULL,
    CONSTRAINT lines_once UNIQUE (level, kind, a_code, b_code)
) STRICT;
CREATE INDEX lines_a ON lines (a_code);
CREATE INDEX lines_b ON lines (b_code);
CREATE INDEX lines_a_id ON lines (a_id);
CREATE INDEX lines_b_id ON lines (b_id);

-- Datum parameters that users registered (`jieming crs add`).
CREATE TABLE parameter_sets (
    name       TEXT PRIMARY KEY,
    definition TEXT NOT NULL               -- JSON
) STRICT, WITHOUT ROWID;
