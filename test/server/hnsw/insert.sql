-- insert.sql: a new row, now and then two of the same value
INSERT INTO items (id, seed, v) SELECT i, i % 3000, new_value(i % 3000) FROM nextval('item_ids') AS i;
