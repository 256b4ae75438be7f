-- Places of one delivery that look alike stay apart: the second gets #2, and so on, in the order of the file.
UPDATE places SET identity = identity || '#' || n.n
FROM (SELECT id, row_number() OVER (PARTITION BY identity ORDER BY row, id) AS n
      FROM places WHERE submission_id = ?1) AS n
WHERE n.id = places.id AND n.n > 1
