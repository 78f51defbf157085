-- touch.sql: a row changes in another column
\set pick random(0, 1000000)
UPDATE items SET note = note + 1 WHERE id = (SELECT id FROM items WHERE id >= (SELECT min(id) + (max(id) - min(id)) * :pick / 1000000 FROM items) ORDER BY id LIMIT 1);
