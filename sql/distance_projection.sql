-- Vector Search provides the distance that a query returns, and does not compute the
-- one that nobody reads. Either way the answer must be that of a sequential scan, to the
-- last bit.
CREATE TABLE items (id int PRIMARY KEY, grp int, v vector(600), h halfvec(24), s sparsevec(50), b bit(64));
INSERT INTO items
SELECT i, i % 7, hash_embed('v' || i, 600), hash_embed('h' || i, 24)::halfvec,
	format('{%s:%s,%s:%s}/50', 1 + i % 25, i % 11 + 0.5, 26 + i % 25, i % 5 + 0.25)::sparsevec,
	substring(('x' || md5(i::text))::bit(128)::text FOR 64)::bit(64)
FROM generate_series(1, 400) i;
CREATE INDEX items_l2 ON items USING hnsw (v vector_l2_ops);
CREATE INDEX items_ip ON items USING hnsw (v vector_ip_ops);
CREATE INDEX items_cosine ON items USING hnsw (v vector_cosine_ops);
CREATE INDEX items_l1 ON items USING hnsw (v vector_l1_ops);
CREATE INDEX items_half ON items USING hnsw (h halfvec_l2_ops);
CREATE INDEX items_halves ON items USING hnsw ((v::halfvec(600)) halfvec_ip_ops);
CREATE INDEX items_sparse ON items USING hnsw (s sparsevec_l2_ops);
CREATE INDEX items_bits ON items USING hnsw (b bit_hamming_ops);
CREATE INDEX items_compact ON items USING hnsw (v vector_l2_ops) WITH (layout = compact) WHERE id <= 200;
-- Pending rows, too.
INSERT INTO items SELECT i, i % 7, hash_embed('v' || i, 600), hash_embed('h' || i, 24)::halfvec,
	'{1:1}/50', repeat('01', 32)::bit(64) FROM generate_series(401, 420) i;
ANALYZE items;

-- How many of the rows that a search returns have another distance than the table says.
CREATE FUNCTION differing(distance text, condition text DEFAULT 'true', form text DEFAULT '%s', lim int DEFAULT 30)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	expression text := format(form, distance);
	searched bool := false;
	line text;
	wrong int;
	rows int;
BEGIN
	SET LOCAL enable_seqscan = off;
	SET LOCAL enable_sort = off;
	FOR line IN EXECUTE format('EXPLAIN SELECT id, %s FROM items WHERE %s ORDER BY %s LIMIT %s', expression, condition, distance, lim) LOOP
		searched := searched OR line LIKE '%Vector Search%';
	END LOOP;
	EXECUTE format('CREATE TEMP TABLE found ON COMMIT DROP AS SELECT id, %s AS d FROM items WHERE %s ORDER BY %s LIMIT %s',
		expression, condition, distance, lim);
	SET LOCAL enable_seqscan = on;
	SET LOCAL enable_sort = on;
	SET LOCAL enable_indexscan = off;
	EXECUTE format('SELECT count(*), count(*) FILTER (WHERE found.d IS DISTINCT FROM %s) FROM found JOIN items USING (id)', expression)
		INTO rows, wrong;
	DROP TABLE found;
	RESET enable_indexscan;
	RESET enable_seqscan;
	RESET enable_sort;
	RETURN format('%s, %s rows, %s wrong', CASE WHEN searched THEN 'Vector Search' ELSE 'other plan' END, rows, wrong);
END $$;
SELECT differing($$v <-> hash_embed('q', 600)$$);
SELECT differing($$v <#> hash_embed('q', 600)$$);
SELECT differing($$v <=> hash_embed('q', 600)$$);
SELECT differing($$v <+> hash_embed('q', 600)$$);
SELECT differing($$h <-> hash_embed('q', 24)::halfvec$$);
SELECT differing($$v::halfvec(600) <#> hash_embed('q', 600)::halfvec(600)$$);
SELECT differing($$s <-> '{1:1,30:2}/50'$$);
SELECT differing($$b <~> repeat('0011', 16)::bit(64)$$);
SELECT differing($$v <-> hash_embed('q', 600)$$, 'id <= 200');
SELECT differing($$v <-> hash_embed('q', 600)$$, 'grp = 3');
SELECT differing($$v <#> hash_embed('q', 600)$$, 'grp IN (1, 2, 3)');
SELECT differing($$v <-> hash_embed('q', 600)$$, $$v <-> hash_embed('q', 600) < 1.4$$);
SELECT differing($$v <-> hash_embed('q', 600)$$, 'true', 'round((1 - (%s))::numeric, 12)');
SELECT differing($$v <-> hash_embed('q', 600)$$, 'true', '%s', 420);
SELECT differing($$v <-> NULL::vector$$);

-- Rows without a vector have no distance.
INSERT INTO items (id, grp) VALUES (900, 3);
INSERT INTO items (id, grp, v) VALUES (901, 3, array_fill(0, ARRAY[600])::vector);
SELECT count(*), count(d) FROM (SELECT v <-> hash_embed('q', 600) AS d FROM items WHERE grp = 3 ORDER BY 1 LIMIT 100) s;
SELECT id, d FROM (SELECT id, v <=> hash_embed('q', 600) AS d FROM items WHERE id >= 900 ORDER BY 2 LIMIT 100) s;
DELETE FROM items WHERE id >= 900;

-- Other nodes read it where the client does not.
SET enable_seqscan = off;
SET hnsw.ef_search = 500;
CREATE TEMP TABLE first_seven AS SELECT id FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 7;
SELECT count(*) FROM (SELECT id FROM items ORDER BY v <-> hash_embed('q', 600) FETCH FIRST 7 ROWS WITH TIES) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT id FROM items ORDER BY v <-> hash_embed('q', 600), grp LIMIT 7) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT id, generate_series(1, 2) FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 14) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT id, rank() OVER (ORDER BY v <-> hash_embed('q', 600)) FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 7) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT DISTINCT ON (v <-> hash_embed('q', 600), id) id FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 7) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT i.id FROM items i JOIN generate_series(1, 1000) g ON g = i.id ORDER BY i.v <-> hash_embed('q', 600) LIMIT 7) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT id FROM items WHERE now() > '2020-01-01' ORDER BY v <-> hash_embed('q', 600) LIMIT 7) s JOIN first_seven USING (id);
SELECT count(*) FROM (SELECT id FROM items GROUP BY id ORDER BY v <-> hash_embed('q', 600) LIMIT 7) s JOIN first_seven USING (id);
SELECT count(*) FROM ((SELECT id FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 5) UNION ALL (SELECT id FROM items ORDER BY v <-> hash_embed('q', 600) OFFSET 5 LIMIT 2)) s JOIN first_seven USING (id);
BEGIN;
SELECT count(*) FROM (SELECT id FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 7 FOR UPDATE) s JOIN first_seven USING (id);
DECLARE nearest SCROLL CURSOR FOR SELECT id = (SELECT id FROM first_seven LIMIT 1) FROM items ORDER BY v <-> hash_embed('q', 600) LIMIT 7;
FETCH 1 FROM nearest;
FETCH 5 FROM nearest;
FETCH PRIOR FROM nearest;
COMMIT;
PREPARE nearest(vector) AS SELECT id, v <-> $1 FROM items ORDER BY v <-> $1 LIMIT 2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF, VERBOSE) EXECUTE nearest(hash_embed('q', 600));
CREATE TEMP TABLE generic AS EXECUTE nearest(hash_embed('q', 600));
SELECT count(*) FROM generic g JOIN items i USING (id) WHERE g."?column?" = i.v <-> hash_embed('q', 600);

-- Partitions are merged by it.
CREATE TABLE parted (id int, v vector(8)) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200);
INSERT INTO parted SELECT i, ARRAY[i, 0, 0, 0, 0, 0, 0, 0]::vector FROM generate_series(0, 199) i;
CREATE INDEX ON parted USING hnsw (v vector_l2_ops);
SELECT id FROM parted ORDER BY v <-> '[99.6,0,0,0,0,0,0,0]' LIMIT 6;
SELECT id, v <-> '[99.5,0,0,0,0,0,0,0]' AS d FROM parted ORDER BY v <-> '[99.5,0,0,0,0,0,0,0]', id LIMIT 4;
DROP TABLE items, parted;
DROP FUNCTION differing;
