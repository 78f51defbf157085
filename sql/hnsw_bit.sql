-- hnsw indexes on bit: both operator classes, NULL, agreement with sequential
-- scans, limits. What does not depend on the type is in hnsw_vector.
-- Plain index scans are tested here, and filtered_scan tests the other kind.
SET vecext.enable_filtered_scan = off;
SET client_min_messages = warning;
SET enable_seqscan = off;

CREATE TABLE t (val bit(3));
INSERT INTO t VALUES (B'000'), (B'100'), (B'111'), (NULL);
CREATE INDEX ON t USING hnsw (val bit_hamming_ops);
INSERT INTO t VALUES (B'110');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <~> B'111';
SELECT * FROM t ORDER BY val <~> B'111';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <~> (SELECT NULL::bit)) q;
SELECT count(*) FROM t;
-- a query of another length
SELECT * FROM t ORDER BY val <~> B'1111';
INSERT INTO t VALUES (B'11');
TRUNCATE t;
SELECT * FROM t ORDER BY val <~> B'111';
DROP TABLE t;

CREATE TABLE t (val bit(4));
INSERT INTO t VALUES (B'0000'), (B'1100'), (B'1111'), (NULL);
CREATE INDEX ON t USING hnsw (val bit_jaccard_ops);
INSERT INTO t VALUES (B'1110');
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <%> B'1111';
SELECT * FROM t ORDER BY val <%> B'1111';
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <%> (SELECT NULL::bit)) q;
DROP TABLE t;

CREATE FUNCTION sample_bits(i int, len int) RETURNS bit varying LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg((abs(hashint8extended(i * 100000::bigint + d, 1)) % 2)::text, '' ORDER BY d)::bit varying
	FROM generate_series(1, len) d
$$;
CREATE FUNCTION disagreements(op text, len int, k int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT array_agg(d) FROM (SELECT (val %1$s $1::bit(%3$s))::float4 AS d FROM s
		WHERE val IS NOT NULL ORDER BY val %1$s $1::bit(%3$s) LIMIT %2$s) q', op, k, len);
	by_index float4[];
	by_scan float4[];
	wrong bigint := 0;
BEGIN
	FOR i IN 1..10 LOOP
		SET LOCAL enable_seqscan = off;
		SET LOCAL enable_indexscan = on;
		EXECUTE query INTO by_index USING sample_bits(100000 + i, len);
		SET LOCAL enable_seqscan = on;
		SET LOCAL enable_indexscan = off;
		EXECUTE query INTO by_scan USING sample_bits(100000 + i, len);
		IF cardinality(by_index) <> cardinality(by_scan) OR EXISTS (
			SELECT FROM unnest(by_index, by_scan) AS d (a, b) WHERE abs(a - b) > 1e-5 * (abs(b) + 1)) THEN
			wrong := wrong + 1;
		END IF;
	END LOOP;
	RETURN wrong;
END
$$;
CREATE FUNCTION try_length(len int, rows int) RETURNS TABLE (op text, opclass text, values_in text,
	built bigint, pending bigint, merged bigint, faults bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR op, opclass IN VALUES ('<~>', 'bit_hamming_ops'), ('<%>', 'bit_jaccard_ops') LOOP
		EXECUTE format('CREATE TABLE s (id int, val bit(%s))', len);
		INSERT INTO s SELECT i, sample_bits(i, len)::bit varying FROM generate_series(1, rows) i;
		EXECUTE format('CREATE INDEX s_idx ON s USING hnsw (val %s)', opclass);
		SELECT h.values_in INTO try_length.values_in FROM hnsw_stats('s_idx') h;
		built := disagreements(op, len, 20);
		INSERT INTO s SELECT i, sample_bits(i, len) FROM generate_series(rows + 1, rows * 3 / 2) i;
		INSERT INTO s VALUES (0, NULL);
		pending := disagreements(op, len, 20);
		PERFORM hnsw_merge('s_idx');
		merged := disagreements(op, len, 20);
		SELECT count(*) FROM hnsw_check('s_idx', exclusive => true) c WHERE c.level = 'error' INTO faults;
		DROP TABLE s;
		RETURN NEXT;
	END LOOP;
END
$$;
SET hnsw.ef_search = 1000;
SELECT * FROM try_length(13, 200);
SELECT * FROM try_length(768, 200);
SELECT * FROM try_length(64000, 20);
RESET hnsw.ef_search;

-- The search by bits that orders again by the vectors.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t VALUES (1, '[-1,2,3]'), (2, '[4,5,6]'), (3, '[4,5,-6]');
CREATE INDEX t_idx ON t USING hnsw ((binary_quantize(val)::bit(3)) bit_hamming_ops);
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY binary_quantize(val)::bit(3) <~> binary_quantize('[1,1,-1]'::vector) LIMIT 1;
SELECT id FROM t ORDER BY binary_quantize(val)::bit(3) <~> binary_quantize('[1,1,-1]'::vector) LIMIT 1;
DROP TABLE t;

-- Limits.
\set VERBOSITY terse
CREATE TABLE t (val bit(64001), varied bit varying(10), bits bit varying);
CREATE INDEX ON t USING hnsw (val bit_hamming_ops);
CREATE INDEX ON t USING hnsw (varied bit_hamming_ops);
CREATE INDEX ON t USING hnsw (bits bit_hamming_ops);
CREATE INDEX ON t USING hnsw ((bits::bit(5)) bit_hamming_ops) WITH (code_bits = 1);
DROP TABLE t;
DROP FUNCTION try_length, disagreements, sample_bits;
