-- hnsw indexes on halfvec: every operator class, NULL and zero vectors, agreement
-- with sequential scans, limits. What does not depend on the type is in hnsw_vector.
-- Plain index scans are tested here, and filtered_scan tests the other kind.
SET vecext.enable_filtered_scan = off;
SET client_min_messages = warning;
SET enable_seqscan = off;

CREATE TABLE t (val halfvec(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val halfvec_l2_ops);
INSERT INTO t VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <-> '[3,3,3]';
SELECT * FROM t ORDER BY val <-> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> (SELECT NULL::halfvec)) q;
SELECT count(*) FROM t;
TRUNCATE t;
SELECT * FROM t ORDER BY val <-> '[3,3,3]';
DROP TABLE t;

CREATE TABLE t (val halfvec(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val halfvec_ip_ops);
INSERT INTO t VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <#> '[3,3,3]';
SELECT * FROM t ORDER BY val <#> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <#> (SELECT NULL::halfvec)) q;
DROP TABLE t;

CREATE TABLE t (val halfvec(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val halfvec_cosine_ops);
INSERT INTO t VALUES ('[1,2,4]'), ('[0,0,0]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <=> '[3,3,3]';
SELECT * FROM t ORDER BY val <=> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <=> '[0,0,0]') q;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <=> (SELECT NULL::halfvec)) q;
DROP TABLE t;

CREATE TABLE t (val halfvec(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX ON t USING hnsw (val halfvec_l1_ops);
INSERT INTO t VALUES ('[1,2,4]');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <+> '[3,3,3]';
SELECT * FROM t ORDER BY val <+> '[3,3,3]';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <+> (SELECT NULL::halfvec)) q;
DROP TABLE t;

CREATE FUNCTION sample_halfvec(i int, dims int) RETURNS halfvec LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg((hashint8extended(i * 100000::bigint + d, 1) % 1000)::float4 / 100 ORDER BY d)::halfvec
	FROM generate_series(1, dims) d
$$;
CREATE FUNCTION disagreements(op text, dims int, k int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT array_agg(d) FROM (SELECT (val %1$s $1)::float4 AS d FROM s
		WHERE val IS NOT NULL ORDER BY val %1$s $1 LIMIT %2$s) q', op, k);
	by_index float4[];
	by_scan float4[];
	wrong bigint := 0;
BEGIN
	FOR i IN 1..10 LOOP
		SET LOCAL enable_seqscan = off;
		SET LOCAL enable_indexscan = on;
		EXECUTE query INTO by_index USING sample_halfvec(100000 + i, dims);
		SET LOCAL enable_seqscan = on;
		SET LOCAL enable_indexscan = off;
		EXECUTE query INTO by_scan USING sample_halfvec(100000 + i, dims);
		IF cardinality(by_index) <> cardinality(by_scan) OR EXISTS (
			SELECT FROM unnest(by_index, by_scan) AS d (a, b) WHERE abs(a - b) > 1e-5 * (abs(b) + 1)) THEN
			wrong := wrong + 1;
		END IF;
	END LOOP;
	RETURN wrong;
END
$$;
CREATE FUNCTION try_layout(dims int, rows int) RETURNS TABLE (op text, opclass text, code_bits int, values_in text,
	built bigint, pending bigint, merged bigint, faults bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR op, opclass IN VALUES ('<->', 'halfvec_l2_ops'), ('<#>', 'halfvec_ip_ops'), ('<=>', 'halfvec_cosine_ops'),
			('<+>', 'halfvec_l1_ops') LOOP
		EXECUTE format('CREATE TABLE s (id int, val halfvec(%s))', dims);
		INSERT INTO s SELECT i, sample_halfvec(i, dims) FROM generate_series(1, rows) i;
		EXECUTE format('CREATE INDEX s_idx ON s USING hnsw (val %s)', opclass);
		SELECT h.code_bits, h.values_in INTO try_layout.code_bits, try_layout.values_in FROM hnsw_stats('s_idx') h;
		built := disagreements(op, dims, 20);
		INSERT INTO s SELECT i, sample_halfvec(i, dims) FROM generate_series(rows + 1, rows * 3 / 2) i;
		INSERT INTO s VALUES (0, NULL);
		pending := disagreements(op, dims, 20);
		PERFORM hnsw_merge('s_idx');
		merged := disagreements(op, dims, 20);
		SELECT count(*) FROM hnsw_check('s_idx', exclusive => true) c WHERE c.level = 'error' INTO faults;
		DROP TABLE s;
		RETURN NEXT;
	END LOOP;
END
$$;
SET hnsw.ef_search = 1000;
SELECT * FROM try_layout(3, 100);
SELECT * FROM try_layout(64, 100);
SELECT * FROM try_layout(400, 80);
SELECT * FROM try_layout(2000, 40);
SELECT * FROM try_layout(16000, 10);
RESET hnsw.ef_search;

-- A vector column indexed as halfvec.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t VALUES (1, '[1,2,3]'), (2, '[4,5,6]');
CREATE INDEX t_idx ON t USING hnsw ((val::halfvec(3)) halfvec_l2_ops);
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY val::halfvec(3) <-> '[4,5,5]' LIMIT 1;
SELECT id FROM t ORDER BY val::halfvec(3) <-> '[4,5,5]' LIMIT 1;
DROP TABLE t;

CREATE TABLE t (val halfvec);
CREATE INDEX ON t USING hnsw (val halfvec_l2_ops);
DROP TABLE t;
DROP FUNCTION try_layout, disagreements, sample_halfvec;
