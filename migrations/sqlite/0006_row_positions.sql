-- Where a row is, EPSG:4490, as far as read: a row that was rejected can be shown on the map too.
ALTER TABLE submission_rows ADD COLUMN lon REAL;
ALTER TABLE submission_rows ADD COLUMN lat REAL;
