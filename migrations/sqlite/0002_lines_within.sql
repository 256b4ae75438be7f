-- Length of a common line on which the two sides differ by no more than the level's tolerance.
ALTER TABLE lines ADD COLUMN within_m REAL NOT NULL DEFAULT 0;
