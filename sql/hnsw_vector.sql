-- hnsw indexes on vector: every operator class, NULL and zero vectors, all kinds
-- of tables and indexes, agreement with sequential scans.
-- Plain index scans are tested here, and filtered_scan tests the other kind.
SET vecext.enable_filtered_scan = off;
SET client_min_messages = warning;
SET enable_seqscan = off;

-- Each operator class with a few rows, one of them inserted after the index was made.
CREATE TABLE t (val vector(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val vector_l2_ops);
INSERT INTO t VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <-> '[3,3,3]';
SELECT * FROM t ORDER BY val <-> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[0,0,0]') q;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> (SELECT NULL::vector)) q;
SELECT count(*) FROM t;
TRUNCATE t;
SELECT * FROM t ORDER BY val <-> '[3,3,3]';
INSERT INTO t VALUES ('[1,1,2]');
SELECT * FROM t ORDER BY val <-> '[3,3,3]';
DROP TABLE t;

CREATE TABLE t (val vector(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val vector_ip_ops);
INSERT INTO t VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <#> '[3,3,3]';
SELECT * FROM t ORDER BY val <#> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <#> (SELECT NULL::vector)) q;
DROP TABLE t;

-- Zero vectors have no cosine: they are not in the index, before and after it is made.
CREATE TABLE t (val vector(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val vector_cosine_ops);
INSERT INTO t VALUES ('[1,2,4]'), ('[0,0,0]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <=> '[3,3,3]';
SELECT * FROM t ORDER BY val <=> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <=> '[0,0,0]') q;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <=> (SELECT NULL::vector)) q;
SELECT level, message FROM hnsw_check('t_val_idx');
DROP TABLE t;

CREATE TABLE t (val vector(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val vector_l1_ops);
INSERT INTO t VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <+> '[3,3,3]';
SELECT * FROM t ORDER BY val <+> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <+> (SELECT NULL::vector)) q;
DROP TABLE t;

-- Queries that an index cannot answer. (With seqscans enabled: since PostgreSQL 18 a
-- plan shows what is disabled.)
RESET enable_seqscan;
CREATE TABLE t (val vector(3));
CREATE INDEX ON t USING hnsw (val vector_l2_ops);
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <-> '[3,3,3]' DESC;
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <=> '[3,3,3]';
EXPLAIN (COSTS OFF) SELECT * FROM t WHERE val <-> '[3,3,3]' < 1;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t;
DROP TABLE t;
SET enable_seqscan = off;

-- Pseudo-random vectors, the same everywhere.
CREATE FUNCTION sample_vector(i int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg((hashint8extended(i * 100000::bigint + d, 1) % 1000)::float4 / 100 ORDER BY d)::vector
	FROM generate_series(1, dims) d
$$;

-- The k smallest distances to several queries, by the index and without it: how
-- many queries differ? A row is its distance, since rows may tie, and that may be
-- rounded another way in the index. ef_search is that of the session.
CREATE FUNCTION disagreements(tab regclass, col text, op text, dims int, k int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT array_agg(d) FROM (SELECT (%1$s %2$s $1)::float4 AS d FROM %3$s
		WHERE %1$s IS NOT NULL ORDER BY %1$s %2$s $1 LIMIT %4$s) q', col, op, tab, k);
	by_index float4[];
	by_scan float4[];
	wrong bigint := 0;
BEGIN
	FOR i IN 1..10 LOOP
		SET LOCAL enable_seqscan = off;
		SET LOCAL enable_indexscan = on;
		EXECUTE query INTO by_index USING sample_vector(100000 + i, dims);
		SET LOCAL enable_seqscan = on;
		SET LOCAL enable_indexscan = off;
		EXECUTE query INTO by_scan USING sample_vector(100000 + i, dims);
		IF cardinality(by_index) <> cardinality(by_scan) OR EXISTS (
			SELECT FROM unnest(by_index, by_scan) AS d (a, b) WHERE abs(a - b) > 1e-5 * (abs(b) + 1)) THEN
			wrong := wrong + 1;
		END IF;
	END LOOP;
	SET LOCAL enable_seqscan = off;
	SET LOCAL enable_indexscan = on;
	RETURN wrong;
END
$$;

-- Agreement in every layout: plain records, codes of 4, 2 and 1 bits, values on
-- pages of their own, values of several pages.
CREATE FUNCTION try_layout(dims int, rows int) RETURNS TABLE (op text, opclass text, code_bits int, values_in text,
	built bigint, pending bigint, merged bigint, faults bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR op, opclass IN VALUES ('<->', 'vector_l2_ops'), ('<#>', 'vector_ip_ops'), ('<=>', 'vector_cosine_ops'),
			('<+>', 'vector_l1_ops') LOOP
		EXECUTE format('CREATE TABLE s (id int, val vector(%s))', dims);
		INSERT INTO s SELECT i, sample_vector(i, dims) FROM generate_series(1, rows) i;
		EXECUTE format('CREATE INDEX s_idx ON s USING hnsw (val %s)', opclass);
		SELECT h.code_bits, h.values_in INTO try_layout.code_bits, try_layout.values_in FROM hnsw_stats('s_idx') h;
		built := disagreements('s', 'val', op, dims, 20);
		INSERT INTO s SELECT i, sample_vector(i, dims) FROM generate_series(rows + 1, rows * 3 / 2) i;
		INSERT INTO s VALUES (0, NULL);
		pending := disagreements('s', 'val', op, dims, 20);
		PERFORM hnsw_merge('s_idx');
		merged := disagreements('s', 'val', op, dims, 20);
		SELECT count(*) FROM hnsw_check('s_idx', exclusive => true) c WHERE c.level = 'error' INTO faults;
		DROP TABLE s;
		RETURN NEXT;
	END LOOP;
END
$$;
SET hnsw.ef_search = 1000;
SELECT * FROM try_layout(3, 100);
SELECT * FROM try_layout(48, 100);
SELECT * FROM try_layout(128, 100);
SELECT * FROM try_layout(300, 100);
SELECT * FROM try_layout(1000, 60);
SELECT * FROM try_layout(3000, 30);
SELECT * FROM try_layout(16000, 10);
RESET hnsw.ef_search;

-- More equal vectors than a node has rows, some of them pending.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t SELECT i, '[1,2,3]' FROM generate_series(1, 30) i;
INSERT INTO t SELECT 100 + i, ARRAY[i, i, i]::vector FROM generate_series(10, 50) i;
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
INSERT INTO t SELECT i, '[1,2,3]' FROM generate_series(31, 35) i;
SELECT count(*), min(id), max(id) FROM (SELECT id FROM t ORDER BY val <-> '[1,2,3]' LIMIT 35) q;
SELECT hnsw_merge('t_idx');
SELECT count(*), min(id), max(id) FROM (SELECT id FROM t ORDER BY val <-> '[1,2,3]' LIMIT 35) q;
SELECT nodes, rows FROM hnsw_stats('t_idx');
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);

-- UPDATE and DELETE, before and after VACUUM.
UPDATE t SET val = '[4,5,6]' WHERE id <= 3;
DELETE FROM t WHERE id BETWEEN 4 AND 6;
SELECT id FROM t ORDER BY val <-> '[4,5,6]', id LIMIT 3;
SELECT count(*) FROM (SELECT id, val FROM t ORDER BY val <-> '[1,2,3]' LIMIT 29) q WHERE val = '[1,2,3]';
VACUUM t;
SELECT id FROM t ORDER BY val <-> '[4,5,6]', id LIMIT 3;
SELECT count(*) FROM (SELECT id, val FROM t ORDER BY val <-> '[1,2,3]' LIMIT 29) q WHERE val = '[1,2,3]';
SELECT rows, deleted_nodes, pending_rows FROM hnsw_stats('t_idx');
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
DELETE FROM t;
VACUUM t;
SELECT nodes, rows, deleted_nodes, levels FROM hnsw_stats('t_idx');
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[1,2,3]') q;
INSERT INTO t VALUES (1, '[1,2,3]');
SELECT * FROM t ORDER BY val <-> '[1,2,3]';
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
DROP TABLE t;

-- pending_limit = 0: rows enter the graph at once.
CREATE TABLE t (id int, val vector(3));
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops) WITH (pending_limit = 0);
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(1, 200) i;
SELECT nodes, pending_rows FROM hnsw_stats('t_idx');
SET hnsw.ef_search = 200;
SELECT disagreements('t', 'val', '<->', 3, 20);
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);

-- Rescans: each outer row starts a new scan.
EXPLAIN (COSTS OFF)
SELECT q.i, n.id FROM generate_series(1, 3) AS q (i),
	LATERAL (SELECT id FROM t ORDER BY val <-> sample_vector(q.i, 3) LIMIT 1) n;
SELECT q.i, n.id FROM generate_series(1, 3) AS q (i),
	LATERAL (SELECT id FROM t ORDER BY val <-> sample_vector(q.i, 3) LIMIT 1) n ORDER BY 1;
RESET hnsw.ef_search;

-- Cursors, held over VACUUM and over the end of the transaction.
CREATE TABLE reference AS SELECT id FROM t ORDER BY val <-> sample_vector(7, 3) LIMIT 5;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM t ORDER BY val <-> sample_vector(7, 3);
FETCH 1 FROM c;
DELETE FROM t WHERE id % 2 = 0;
FETCH 1 FROM c;
MOVE 1 FROM c;
SELECT count(*) FROM reference;
ROLLBACK;
DECLARE c CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY val <-> sample_vector(7, 3) LIMIT 5;
DELETE FROM t WHERE id > 100;
VACUUM t;
SELECT count(*) FROM hnsw_check('t_idx', exclusive => true);
FETCH 1 FROM c;
CLOSE c;
DROP TABLE t, reference;

-- Iterative scans: off gives about ef_search rows, the others all, and strict order
-- is strict.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(1, 1000) i;
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
SET hnsw.ef_search = 10;
SELECT count(*) < 10 AS few FROM (SELECT * FROM t WHERE id % 100 = 0 ORDER BY val <-> sample_vector(1, 3) LIMIT 10) q;
SET hnsw.iterative_scan = relaxed_order;
SELECT count(*) FROM (SELECT * FROM t WHERE id % 100 = 0 ORDER BY val <-> sample_vector(1, 3) LIMIT 10) q;
SET hnsw.iterative_scan = strict_order;
SELECT count(*) >= 5 AS some, bool_and(d >= before) AS ordered FROM (
	SELECT d, lag(d, 1, 0) OVER () AS before FROM (
		SELECT val <-> sample_vector(1, 3) AS d FROM t WHERE id % 100 = 0 ORDER BY val <-> sample_vector(1, 3) LIMIT 10
	) q
) q;
SET hnsw.max_scan_tuples = 1;
SELECT count(*) < 10 AS few FROM (SELECT * FROM t WHERE id % 100 = 0 ORDER BY val <-> sample_vector(1, 3) LIMIT 10) q;
RESET hnsw.max_scan_tuples;
RESET hnsw.iterative_scan;
RESET hnsw.ef_search;
DROP TABLE t;

-- Partial and expression indexes.
CREATE TABLE t (id int, val vector(3), raw float4[]);
INSERT INTO t SELECT i, sample_vector(i, 3), sample_vector(i, 3)::float4[] FROM generate_series(1, 100) i;
CREATE INDEX t_partial ON t USING hnsw (val vector_l2_ops) WHERE id > 50;
CREATE INDEX t_expression ON t USING hnsw ((raw::vector(3)) vector_l2_ops);
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE id > 50 ORDER BY val <-> '[1,2,3]' LIMIT 3;
SELECT count(*), min(id) > 50 FROM (SELECT id FROM t WHERE id > 50 ORDER BY val <-> '[1,2,3]' LIMIT 30) q;
SET enable_seqscan = on;
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE id > 50;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY raw::vector(3) <-> '[1,2,3]' LIMIT 3;
SELECT id FROM t ORDER BY raw::vector(3) <-> sample_vector(42, 3) LIMIT 1;
INSERT INTO t VALUES (1000, '[9,9,9]', '{9,9,9}'), (1, '[8,8,8]', '{8,8,8}');
SELECT id FROM t WHERE id > 50 ORDER BY val <-> '[9,9,9]' LIMIT 1;
SELECT id FROM t ORDER BY raw::vector(3) <-> '[9,9,9]' LIMIT 1;
SELECT level, message FROM hnsw_check('t_partial', exclusive => true);
SELECT level, message FROM hnsw_check('t_expression', exclusive => true);
SELECT rows + pending_rows AS rows FROM hnsw_stats('t_partial');
DROP TABLE t;

-- CONCURRENTLY, REINDEX, a second index of the same column.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(1, 100) i;
CREATE INDEX CONCURRENTLY t_idx ON t USING hnsw (val vector_l2_ops);
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(101, 150) i;
SELECT rows, pending_rows FROM hnsw_stats('t_idx');
REINDEX INDEX t_idx;
SELECT rows, pending_rows FROM hnsw_stats('t_idx');
DELETE FROM t WHERE id > 120;
REINDEX INDEX CONCURRENTLY t_idx;
SELECT rows, pending_rows FROM hnsw_stats('t_idx');
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
CREATE INDEX t_idx2 ON t USING hnsw (val vector_cosine_ops) WITH (m = 4, ef_construction = 20);
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <=> '[1,2,3]' LIMIT 1;
ALTER TABLE t ALTER val TYPE vector(3) USING subvector(val || val, 1, 3);
SELECT rows, pending_rows FROM hnsw_stats('t_idx2');
CLUSTER t USING t_idx;
DROP TABLE t;

-- Unlogged and temporary tables.
CREATE UNLOGGED TABLE t (id int, val vector(3));
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(1, 100) i;
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(101, 150) i;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[1,2,3]' LIMIT 20) q;
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
ALTER TABLE t SET LOGGED;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[1,2,3]' LIMIT 20) q;
DROP TABLE t;
CREATE TEMPORARY TABLE t (id int, val vector(3));
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops) WITH (pending_limit = 50);
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(1, 120) i;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[1,2,3]' LIMIT 20) q;
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
SELECT rows > 0 AS merged, rows + pending_rows AS rows FROM hnsw_stats('t_idx');
DROP TABLE t;

-- Partitioned tables: each partition has its index, results are merged.
CREATE TABLE t (id int, val vector(3)) PARTITION BY RANGE (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (51);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (51) TO (1000);
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
INSERT INTO t SELECT i, sample_vector(i, 3) FROM generate_series(1, 100) i;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY val <-> '[1,2,3]' LIMIT 3;
SELECT disagreements('t', 'val', '<->', 3, 20);
SELECT hnsw_check('t_idx');
SELECT level, message FROM hnsw_check('t1_val_idx', exclusive => true);
DROP TABLE t;

-- What cannot be indexed.
\set VERBOSITY terse
CREATE TABLE t (id int, val vector(3), any_dims vector);
CREATE INDEX ON t USING hnsw (any_dims vector_l2_ops);
CREATE INDEX ON t USING hnsw (val);
CREATE INDEX ON t USING hnsw (val halfvec_l2_ops);
CREATE INDEX ON t USING hnsw (id vector_l2_ops);
CREATE INDEX ON t USING hnsw (val vector_l2_ops, val vector_ip_ops);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) INCLUDE (id);
CREATE UNIQUE INDEX ON t USING hnsw (val vector_l2_ops);
CREATE INDEX ON t USING hnsw (val vector_l2_ops DESC);
CREATE INDEX ON t USING hnsw ((val || val) vector_l2_ops);
CREATE INDEX t_idx ON t USING hnsw ((any_dims::vector(3)) vector_l2_ops);
INSERT INTO t (any_dims) VALUES ('[1,2]');
INSERT INTO t (any_dims) VALUES ('[1,2,3]');
SELECT id FROM t ORDER BY any_dims::vector(3) <-> '[1,2]';
DROP TABLE t;

-- What the catalog says about the access method.
SELECT amname, opcname, amvalidate(o.oid) FROM pg_opclass o JOIN pg_am ON pg_am.oid = opcmethod
WHERE amname IN ('hnsw', 'ivfflat') ORDER BY 1, 2;
SELECT amname, opcname FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod
WHERE amname IN ('hnsw', 'ivfflat') AND opcdefault;
SELECT p, pg_indexam_has_property(a.oid, p) FROM pg_am a,
	unnest(ARRAY['can_order', 'can_unique', 'can_multi_col', 'can_exclude', 'can_include']) p WHERE amname = 'hnsw';
CREATE TABLE t (val vector(3));
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
SELECT p, pg_index_has_property('t_idx', p) FROM unnest(ARRAY['clusterable', 'index_scan', 'bitmap_scan', 'backward_scan']) p;
SELECT p, pg_index_column_has_property('t_idx', 1, p) FROM
	unnest(ARRAY['orderable', 'distance_orderable', 'returnable', 'search_array', 'search_nulls']) p;
DROP TABLE t;
DROP FUNCTION try_layout, disagreements, sample_vector;
