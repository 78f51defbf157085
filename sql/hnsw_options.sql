-- Options of hnsw indexes and the settings hnsw.*: ranges, defaults, effects.

SELECT vector_dims('[1,2]'::vector); -- loads the library
SHOW hnsw.ef_search;
SHOW hnsw.iterative_scan;
SHOW hnsw.max_scan_tuples;
SHOW hnsw.scan_mem_multiplier;
SELECT name, setting, min_val, max_val, enumvals, context, short_desc FROM pg_settings WHERE name LIKE 'hnsw.%' ORDER BY name;

SET hnsw.ef_search = 0;
SET hnsw.ef_search = 1001;
SET hnsw.ef_search = 1;
SET hnsw.ef_search = 1000;
SET hnsw.iterative_scan = on;
SET hnsw.iterative_scan = relaxed_order;
SET hnsw.iterative_scan = strict_order;
SET hnsw.max_scan_tuples = 0;
SET hnsw.max_scan_tuples = 2147483647;
SET hnsw.scan_mem_multiplier = 0.9;
SET hnsw.scan_mem_multiplier = 1000.1;
SET hnsw.scan_mem_multiplier = 1000;
SET hnsw.no_such_setting = 1;
RESET ALL;
-- Settings that shape the plan's result are shown with it.
SET hnsw.ef_search = 100;
EXPLAIN (COSTS OFF, SETTINGS) SELECT 1;
RESET hnsw.ef_search;

CREATE TABLE t (val vector(3));
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (m = 1);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (m = 101);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (ef_construction = 3);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (ef_construction = 1001);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (m = 16, ef_construction = 31);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (m = 33);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (pending_limit = -2);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (pending_limit = 10000001);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (code_bits = 3);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (code_bits = none);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (lists = 100);
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (fillfactor = 90);
CREATE INDEX ON t USING hnsw (val vector_l1_ops) WITH (code_bits = 2);

CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops)
	WITH (m = 100, ef_construction = 1000, pending_limit = 10000000, code_bits = auto);
SELECT reloptions FROM pg_class WHERE relname = 't_idx';
SELECT m, ef_construction FROM hnsw_stats('t_idx');
DROP INDEX t_idx;
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops) WITH (m = 2, ef_construction = 4, pending_limit = 0, code_bits = 0);
SELECT m, ef_construction, code_bits FROM hnsw_stats('t_idx');
-- What shapes the index takes effect when it is built, pending_limit at once.
ALTER INDEX t_idx SET (m = 40);
ALTER INDEX t_idx SET (m = 8, ef_construction = 20);
SELECT m, ef_construction FROM hnsw_stats('t_idx');
REINDEX INDEX t_idx;
SELECT m, ef_construction FROM hnsw_stats('t_idx');
INSERT INTO t VALUES ('[1,2,3]');
SELECT nodes, pending_rows FROM hnsw_stats('t_idx');
ALTER INDEX t_idx SET (pending_limit = 10);
INSERT INTO t VALUES ('[1,2,4]');
SELECT nodes, pending_rows FROM hnsw_stats('t_idx');
ALTER INDEX t_idx RESET (pending_limit, m, ef_construction, code_bits);
SELECT reloptions FROM pg_class WHERE relname = 't_idx';
DROP TABLE t;

-- Bits per dimension follow the number of dimensions, or the option.
CREATE TABLE t (v16 vector(16), v64 vector(64), v128 vector(128), v256 vector(256));
CREATE INDEX i16 ON t USING hnsw (v16 vector_l2_ops);
CREATE INDEX i64 ON t USING hnsw (v64 vector_l2_ops);
CREATE INDEX i128 ON t USING hnsw (v128 vector_l2_ops);
CREATE INDEX i256 ON t USING hnsw (v256 vector_l2_ops);
CREATE INDEX i16_2 ON t USING hnsw (v16 vector_l2_ops) WITH (code_bits = 2);
CREATE INDEX i128_4 ON t USING hnsw (v128 vector_l2_ops) WITH (code_bits = 4);
CREATE INDEX i256_0 ON t USING hnsw (v256 vector_l2_ops) WITH (code_bits = 0);
CREATE INDEX i256_4 ON t USING hnsw (v256 vector_l2_ops) WITH (code_bits = 4, m = 100, ef_construction = 200);
SELECT i, code_bits FROM unnest(ARRAY['i16', 'i64', 'i128', 'i256', 'i16_2', 'i128_4', 'i256_0']) i, hnsw_stats(i::regclass);
DROP TABLE t;
