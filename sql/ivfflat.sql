-- ivfflat: pgvector's name for its inverted lists, accepted as a second name of
-- hnsw, so that dumps and migrations run.
-- Plain index scans are tested here, and filtered_scan tests the other kind.
SET vecext.enable_filtered_scan = off;

CREATE TABLE t (val vector(3));
INSERT INTO t VALUES ('[0,0,0]'), ('[1,2,3]'), ('[1,1,1]'), (NULL);
CREATE INDEX t_idx ON t USING ivfflat (val) WITH (lists = 1);
INSERT INTO t VALUES ('[1,2,4]');
SELECT pg_get_indexdef('t_idx'::regclass);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM t ORDER BY val <-> '[3,3,3]';
SELECT * FROM t ORDER BY val <-> '[3,3,3]';
SELECT level, message FROM hnsw_check('t_idx', exclusive => true);
REINDEX INDEX t_idx;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[3,3,3]') q;
DROP TABLE t;

-- The operator classes of pgvector's ivfflat, and no others.
SET client_min_messages = warning;
CREATE TABLE t (v vector(3), h halfvec(3), b bit(3), s sparsevec(3));
CREATE INDEX ON t USING ivfflat (v vector_l2_ops);
CREATE INDEX ON t USING ivfflat (v vector_ip_ops);
CREATE INDEX ON t USING ivfflat (v vector_cosine_ops);
CREATE INDEX ON t USING ivfflat (h halfvec_l2_ops);
CREATE INDEX ON t USING ivfflat (h halfvec_ip_ops);
CREATE INDEX ON t USING ivfflat (h halfvec_cosine_ops);
CREATE INDEX ON t USING ivfflat (b bit_hamming_ops);
CREATE INDEX ON t USING ivfflat (v vector_l1_ops);
CREATE INDEX ON t USING ivfflat (b bit_jaccard_ops);
CREATE INDEX ON t USING ivfflat (s sparsevec_l2_ops);
CREATE INDEX ON t USING ivfflat (h);
DROP TABLE t;

-- Options.
CREATE TABLE t (val vector(3), any_dims vector, long bit(64001));
CREATE INDEX ON t USING ivfflat (val) WITH (lists = 0);
CREATE INDEX ON t USING ivfflat (val) WITH (lists = 32769);
CREATE INDEX ON t USING ivfflat (val) WITH (lists = 32768, m = 8, ef_construction = 20);
CREATE INDEX ON t USING ivfflat (val) WITH (m = 100);
CREATE INDEX ON t USING ivfflat (any_dims);
CREATE INDEX ON t USING ivfflat (long bit_hamming_ops);
SELECT m, ef_construction FROM hnsw_stats('t_val_idx');
DROP TABLE t;

-- Settings.
SELECT name, setting, min_val, max_val, enumvals, context FROM pg_settings WHERE name LIKE 'ivfflat.%' ORDER BY name;
SET ivfflat.probes = 0;
SET ivfflat.probes = 10;
SET ivfflat.iterative_scan = strict_order;
SET ivfflat.iterative_scan = relaxed_order;
SET ivfflat.max_probes = 32769;
SET ivfflat.max_probes = 20;
SET ivfflat.no_such_setting = 1;
RESET ALL;
SET vecext.enable_filtered_scan = off;
SET client_min_messages = warning;

-- pgvector's ivfflat is not limited to hnsw.ef_search rows, so neither is ours.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t SELECT i, ARRAY[i % 10, i / 10 % 10, i / 100]::vector FROM generate_series(1, 1000) i;
CREATE INDEX t_idx ON t USING ivfflat (val);
SET enable_seqscan = off;
SET hnsw.ef_search = 10;
SELECT count(*), bool_and(d >= before) AS ordered FROM (
	SELECT d, lag(d, 1, 0) OVER () AS before FROM (
		SELECT val <-> '[3,3,3]' AS d FROM t ORDER BY val <-> '[3,3,3]' LIMIT 100
	) q
) q;
SET ivfflat.iterative_scan = relaxed_order;
SELECT count(*) FROM (SELECT * FROM t ORDER BY val <-> '[3,3,3]' LIMIT 500) q;
RESET ivfflat.iterative_scan;
DROP INDEX t_idx;
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
SELECT count(*) < 500 AS limited FROM (SELECT * FROM t ORDER BY val <-> '[3,3,3]' LIMIT 500) q;
DROP TABLE t;
