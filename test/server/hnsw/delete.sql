-- delete.sql: a row is deleted
\set pick random(0, 1000000)
DELETE FROM items WHERE id = (SELECT id FROM items WHERE id >= (SELECT min(id) + (max(id) - min(id)) * :pick / 1000000 FROM items) ORDER BY id LIMIT 1);
