-- filters.sql: the table and the index that the examples of docs/filters.md speak of.
CREATE EXTENSION vecext;
CREATE TABLE shops (id int PRIMARY KEY, payload jsonb, embedding vector(3));
INSERT INTO shops SELECT i, '{"city": "Berlin", "price": 12, "stars": 4, "tags": ["a"], "title": "word"}', ARRAY[i, 1, 1] FROM generate_series(1, 100) i;
CREATE INDEX shops_city ON shops USING gin (payload payload_keyword_ops (path = 'city'));
