-- abort.sql: rows that never come to be
BEGIN;
INSERT INTO items (id, seed, v) SELECT i, i % 3000, new_value(i % 3000) FROM nextval('item_ids') AS i;
ROLLBACK;
