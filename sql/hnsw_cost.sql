-- Which plan the planner takes, from 10 rows to 10 million, with and without LIMIT
-- and filters. Plans only: costs differ between versions.
-- Plain index scans are tested here, and filtered_scan tests the other kind.
SET vecext.enable_filtered_scan = off;
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;

CREATE FUNCTION sample_vector(i int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg((hashint8extended(i * 100000::bigint + d, 1) % 1000)::float4 / 100 ORDER BY d)::vector
	FROM generate_series(1, dims) d
$$;
-- The scan that a query uses.
CREATE FUNCTION scan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Scan' AND line !~ 'Bitmap Heap' THEN
			RETURN regexp_replace(line, '^[ >-]*(.*?) on .*', '\1');
		END IF;
	END LOOP;
END
$$;

-- Small rows.
CREATE TABLE t (id int PRIMARY KEY, tenth int, thousandth int, val vector(3)) WITH (autovacuum_enabled = off);
CREATE INDEX t_val ON t USING hnsw (val vector_l2_ops);
CREATE FUNCTION plans(label text) RETURNS TABLE (what text, plan text) LANGUAGE sql AS $$
	SELECT label || ', ' || q.what, scan_of(q.query) FROM (VALUES
		('LIMIT 1', 'SELECT id FROM t ORDER BY val <-> ''[1,2,3]'' LIMIT 1'),
		('LIMIT 10', 'SELECT id FROM t ORDER BY val <-> ''[1,2,3]'' LIMIT 10'),
		('LIMIT 100', 'SELECT id FROM t ORDER BY val <-> ''[1,2,3]'' LIMIT 100'),
		('no LIMIT', 'SELECT id FROM t ORDER BY val <-> ''[1,2,3]'''),
		('half match', 'SELECT id FROM t WHERE id % 2 < 1000000 ORDER BY val <-> ''[1,2,3]'' LIMIT 10'),
		('a tenth matches', 'SELECT id FROM t WHERE tenth = 1 ORDER BY val <-> ''[1,2,3]'' LIMIT 10'),
		('a thousandth matches', 'SELECT id FROM t WHERE thousandth = 1 ORDER BY val <-> ''[1,2,3]'' LIMIT 10'),
		('one row matches', 'SELECT id FROM t WHERE id = 1 ORDER BY val <-> ''[1,2,3]'' LIMIT 10'),
		('no order', 'SELECT id FROM t LIMIT 10')) q (what, query)
$$;
INSERT INTO t SELECT i, i % 10, i % 1000, sample_vector(i, 3) FROM generate_series(1, 10) i;
REINDEX INDEX t_val;
ANALYZE t;
SELECT * FROM plans('10 rows');
INSERT INTO t SELECT i, i % 10, i % 1000, sample_vector(i, 3) FROM generate_series(11, 1000) i;
REINDEX INDEX t_val;
ANALYZE t;
SELECT * FROM plans('1,000 rows');
INSERT INTO t SELECT i, i % 10, i % 1000, sample_vector(i, 3) FROM generate_series(1001, 20000) i;
REINDEX INDEX t_val;
CREATE INDEX t_thousandth ON t (thousandth);
VACUUM ANALYZE t;
SELECT * FROM plans('20,000 rows');
-- Ten million rows, as far as the planner knows.
UPDATE pg_class SET reltuples = 10000000 WHERE oid IN ('t'::regclass, 't_val'::regclass, 't_pkey'::regclass, 't_thousandth'::regclass);
SELECT * FROM plans('10,000,000 rows');

-- A join: each outer row is a search.
EXPLAIN (COSTS OFF)
SELECT o.id, n.id FROM t o, LATERAL (SELECT id FROM t i ORDER BY i.val <-> o.val LIMIT 5) n WHERE o.id < 3;
-- The order of a join's result comes from the index if few rows are wanted.
CREATE TABLE names (id int PRIMARY KEY, name text);
INSERT INTO names SELECT i, i FROM generate_series(1, 20000) i;
ANALYZE names;
ANALYZE t;
EXPLAIN (COSTS OFF) SELECT name FROM t JOIN names USING (id) ORDER BY val <-> '[1,2,3]' LIMIT 5;
-- A parameter for the query vector: the generic plan is the same.
SET plan_cache_mode = force_generic_plan;
PREPARE nearest(vector) AS SELECT id FROM t ORDER BY val <-> $1 LIMIT 5;
EXPLAIN (COSTS OFF) EXECUTE nearest('[1,2,3]');
RESET plan_cache_mode;
DROP TABLE t, names;

-- Rows whose vectors lie in TOAST: reading them is what a sequential scan does not
-- count, so the index pays off early.
CREATE TABLE t (id int, val vector(1000)) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT i, sample_vector(i, 1000) FROM generate_series(1, 200) i;
CREATE INDEX t_val ON t USING hnsw (val vector_l2_ops);
VACUUM ANALYZE t;
SELECT what, plan FROM (VALUES
	('LIMIT 10', 'SELECT id FROM t ORDER BY val <-> (SELECT sample_vector(1, 1000)) LIMIT 10'),
	('no LIMIT', 'SELECT id FROM t ORDER BY val <-> (SELECT sample_vector(1, 1000))'),
	('LIMIT beyond the rows', 'SELECT id FROM t ORDER BY val <-> (SELECT sample_vector(1, 1000)) LIMIT 300')
	) q (what, query), scan_of(query) plan;
DROP TABLE t;

-- Pending rows cost, too: many of them, without codes, make the planner think again.
CREATE TABLE t (id int, val bit(200)) WITH (autovacuum_enabled = off);
CREATE INDEX t_val ON t USING hnsw (val bit_hamming_ops) WITH (pending_limit = 10000000);
INSERT INTO t SELECT i, repeat(i::bit(20)::text, 10)::bit(200) FROM generate_series(1, 3000) i;
ANALYZE t;
SELECT scan_of('SELECT id FROM t ORDER BY val <~> repeat(''01'', 100)::bit(200) LIMIT 5');
SELECT hnsw_merge('t_val');
SELECT scan_of('SELECT id FROM t ORDER BY val <~> repeat(''01'', 100)::bit(200) LIMIT 5');
DROP TABLE t;
DROP FUNCTION plans, scan_of, sample_vector;
