-- filtered-search.sql: the tables that the examples of docs/filtered-search.md speak of.
CREATE EXTENSION vecext;
CREATE TABLE items (id int PRIMARY KEY, category int, price int, tenant_id int, tags text[], doc jsonb, body text,
	location point, created_at timestamptz, embedding vector(3));
INSERT INTO items SELECT i, i % 10, i, i % 50, ARRAY['red', 'blue'], '{"city": "Rome"}', 'old rome', point(12.5, 41.9), now(), ARRAY[i, i % 7, 1]
FROM generate_series(1, 300) i;
