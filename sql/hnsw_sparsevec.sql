-- hnsw indexes on sparsevec: every operator class, NULL and zero vectors, agreement
-- with sequential scans, limits. What does not depend on the type is in hnsw_vector.
SET client_min_messages = warning;
SET enable_seqscan = off;

CREATE TABLE t (val sparsevec(3));
INSERT INTO t VALUES ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (NULL);
CREATE INDEX ON t USING hnsw (val sparsevec_l2_ops);
INSERT INTO t VALUES ('{1:1,2:2,3:4}/3');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <-> '{1:3,2:3,3:3}/3';
SELECT * FROM t ORDER BY val <-> '{1:3,2:3,3:3}/3';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> (SELECT NULL::sparsevec)) q;
SELECT count(*) FROM t;
TRUNCATE t;
SELECT * FROM t ORDER BY val <-> '{1:3,2:3,3:3}/3';
DROP TABLE t;

CREATE TABLE t (val sparsevec(3));
INSERT INTO t VALUES ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (NULL);
CREATE INDEX ON t USING hnsw (val sparsevec_ip_ops);
INSERT INTO t VALUES ('{1:1,2:2,3:4}/3');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <#> '{1:3,2:3,3:3}/3';
SELECT * FROM t ORDER BY val <#> '{1:3,2:3,3:3}/3';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <#> (SELECT NULL::sparsevec)) q;
DROP TABLE t;

CREATE TABLE t (val sparsevec(3));
INSERT INTO t VALUES ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (NULL);
CREATE INDEX ON t USING hnsw (val sparsevec_cosine_ops);
INSERT INTO t VALUES ('{1:1,2:2,3:4}/3'), ('{}/3');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <=> '{1:3,2:3,3:3}/3';
SELECT * FROM t ORDER BY val <=> '{1:3,2:3,3:3}/3';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <=> '{}/3') q;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <=> (SELECT NULL::sparsevec)) q;
DROP TABLE t;

CREATE TABLE t (val sparsevec(3));
INSERT INTO t VALUES ('{}/3'), ('{1:1,2:2,3:3}/3'), ('{1:1,2:1,3:1}/3'), (NULL);
CREATE INDEX ON t USING hnsw (val sparsevec_l1_ops);
INSERT INTO t VALUES ('{1:1,2:2,3:4}/3');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <+> '{1:3,2:3,3:3}/3';
SELECT * FROM t ORDER BY val <+> '{1:3,2:3,3:3}/3';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <+> (SELECT NULL::sparsevec)) q;
DROP TABLE t;

-- Vectors of 1 to `most` elements out of `dims`.
CREATE FUNCTION sample_sparsevec(i int, dims int, most int) RETURNS sparsevec LANGUAGE sql IMMUTABLE AS $$
	SELECT ('{' || string_agg(element || ':' || value, ',') || '}/' || dims)::sparsevec
	FROM (
		SELECT 1 + abs(hashint8extended(i * 100000::bigint + d, 1)) % dims AS element,
			max(1 + abs(hashint8extended(i * 100000::bigint + d, 2)) % 1000)::float4 / 100 AS value
		FROM generate_series(0, abs(hashint4(i)) % most) d GROUP BY 1
	) e
$$;
CREATE FUNCTION disagreements(op text, dims int, most int, k int) RETURNS bigint LANGUAGE plpgsql AS $$
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
		EXECUTE query INTO by_index USING sample_sparsevec(100000 + i, dims, most);
		SET LOCAL enable_seqscan = on;
		SET LOCAL enable_indexscan = off;
		EXECUTE query INTO by_scan USING sample_sparsevec(100000 + i, dims, most);
		IF cardinality(by_index) <> cardinality(by_scan) OR EXISTS (
			SELECT FROM unnest(by_index, by_scan) AS d (a, b) WHERE abs(a - b) > 1e-5 * (abs(b) + 1)) THEN
			wrong := wrong + 1;
		END IF;
	END LOOP;
	RETURN wrong;
END
$$;
CREATE FUNCTION try_size(dims int, most int, rows int) RETURNS TABLE (op text, opclass text,
	built bigint, pending bigint, merged bigint, faults bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR op, opclass IN VALUES ('<->', 'sparsevec_l2_ops'), ('<#>', 'sparsevec_ip_ops'), ('<=>', 'sparsevec_cosine_ops'),
			('<+>', 'sparsevec_l1_ops') LOOP
		EXECUTE format('CREATE TABLE s (id int, val sparsevec(%s))', dims);
		INSERT INTO s SELECT i, sample_sparsevec(i, dims, most) FROM generate_series(1, rows) i;
		EXECUTE format('CREATE INDEX s_idx ON s USING hnsw (val %s)', opclass);
		built := disagreements(op, dims, most, 20);
		INSERT INTO s SELECT i, sample_sparsevec(i, dims, most) FROM generate_series(rows + 1, rows * 3 / 2) i;
		INSERT INTO s VALUES (0, NULL);
		pending := disagreements(op, dims, most, 20);
		PERFORM hnsw_merge('s_idx');
		merged := disagreements(op, dims, most, 20);
		SELECT count(*) FROM hnsw_check('s_idx', exclusive => true) c WHERE c.level = 'error' INTO faults;
		DROP TABLE s;
		RETURN NEXT;
	END LOOP;
END
$$;
SET hnsw.ef_search = 1000;
SELECT * FROM try_size(20, 10, 200);
SELECT * FROM try_size(1000000000, 3000, 30);

-- Values of 1 to 5000 elements inserted and deleted in turn: the space of one serves
-- another (pgvector's #1025 was that it did not).
CREATE TABLE t (id int, val sparsevec(100000));
CREATE INDEX t_idx ON t USING hnsw (val sparsevec_l2_ops);
INSERT INTO t SELECT i, sample_sparsevec(i, 100000, 5000) FROM generate_series(1, 60) i;
SELECT hnsw_merge('t_idx');
CREATE TABLE size AS SELECT index_bytes FROM hnsw_stats('t_idx');
DELETE FROM t WHERE id % 2 = 0;
VACUUM t;
INSERT INTO t SELECT i, sample_sparsevec(i, 100000, 5000) FROM generate_series(61, 90) i;
SELECT hnsw_merge('t_idx');
DELETE FROM t WHERE id % 2 = 1;
VACUUM t;
INSERT INTO t SELECT i, sample_sparsevec(i, 100000, 5000) FROM generate_series(91, 135) i;
SELECT hnsw_merge('t_idx');
SELECT rows, stats.index_bytes < 2 * size.index_bytes AS flat FROM hnsw_stats('t_idx') stats, size;
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
DROP TABLE t, size;
RESET hnsw.ef_search;

-- Limits.
\set VERBOSITY terse
CREATE TABLE t (val sparsevec);
CREATE INDEX ON t USING hnsw (val sparsevec_l2_ops);
CREATE INDEX t_idx ON t USING hnsw ((val::sparsevec(1000000000)) sparsevec_l2_ops) WITH (code_bits = 4);
CREATE INDEX t_idx ON t USING hnsw ((val::sparsevec(1000000000)) sparsevec_l2_ops);
INSERT INTO t SELECT ('{' || string_agg(i || ':1', ',') || '}/1000000000')::sparsevec FROM generate_series(1, 16000) i;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val::sparsevec(1000000000) <-> '{}/1000000000' LIMIT 1) q;
SELECT * FROM t ORDER BY val::sparsevec(1000000000) <-> '{}/3' LIMIT 1;
DROP TABLE t;
DROP FUNCTION try_size, disagreements, sample_sparsevec;
