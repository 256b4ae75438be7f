-- Found by the first unit; level and kind would lead through all lines of the coverage.
DELETE FROM lines WHERE +level = ?1 AND +kind = ?2
  AND a_id IN (SELECT value FROM json_each(?3)) AND +b_id IN (SELECT value FROM json_each(?3))
