-- update.sql: a row gets another value
\set pick random(0, 1000000)
\set seed random(1, 6000)
UPDATE items SET seed = :seed, v = new_value(:seed) WHERE id = (SELECT id FROM items WHERE id >= (SELECT min(id) + (max(id) - min(id)) * :pick / 1000000 FROM items) ORDER BY id LIMIT 1);
