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
CREATE INDEX ON t USING hnsw (val vector_l2_ops) WITH (code_bits = 9);
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
CREATE INDEX i256_4 ON t USING hnsw (v256 vector_l2_ops) WITH (layout = inline, code_bits = 4, m = 100, ef_construction = 200);
SELECT i, code_bits FROM unnest(ARRAY['i16', 'i64', 'i128', 'i256', 'i16_2', 'i128_4', 'i256_0']) i, hnsw_stats(i::regclass);
DROP TABLE t;

-- Layout, codes, exact vectors: what index they make, and what excludes what.
CREATE TABLE t (v vector(64), h halfvec(64), b bit(64), s sparsevec(64), wide vector(2000));
CREATE FUNCTION try_options(opclass text, options text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
	made record;
BEGIN
	EXECUTE format('CREATE INDEX t_idx ON t USING hnsw (%s %s) %s',
		CASE split_part(opclass, '_', 1) WHEN 'vector' THEN 'v' WHEN 'halfvec' THEN 'h' WHEN 'bit' THEN 'b'
			WHEN 'wide' THEN 'wide' ELSE 's' END, replace(opclass, 'wide', 'vector'),
		CASE WHEN options <> '' THEN 'WITH (' || options || ')' ELSE '' END);
	SELECT layout, quantization, code_bits, exact INTO made FROM hnsw_stats('t_idx');
	DROP INDEX t_idx;
	RETURN format('%s, %s, %s bits, exact %s', made.layout, made.quantization, made.code_bits, made.exact);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN message || '. ' || hint;
END
$$;
SELECT o AS options, try_options('vector_l2_ops', o) FROM unnest(ARRAY['', 'layout = inline', 'layout = compact',
	'layout = plain', 'quantization = none', 'quantization = scalar', 'quantization = binary', 'quantization = product',
	'quantization = rabitq', 'code_bits = 0', 'code_bits = 3', 'code_bits = 4', 'code_bits = 8', 'exact = float32',
	'exact = float16', 'exact = heap', 'layout = compact, exact = heap, code_bits = 1',
	'quantization = scalar, quantile = 0.9', 'quantization = product, compression = x4',
	'quantization = binary, binary_encoding = two_bits, binary_query_encoding = scalar4']) o;
SELECT o AS options, try_options('vector_l2_ops', o) FROM unnest(ARRAY['layout = inline, quantization = scalar',
	'layout = inline, quantization = none', 'layout = compact, quantization = none', 'layout = plain, quantization = rabitq',
	'layout = inline, exact = heap', 'layout = plain, exact = heap', 'quantization = none, exact = heap',
	'code_bits = 0, exact = heap', 'quantization = binary, exact = heap', 'code_bits = 4, quantization = scalar',
	'code_bits = 0, quantization = rabitq', 'layout = plain, code_bits = 2', 'layout = compact, code_bits = 0',
	'layout = inline, code_bits = 3', 'layout = inline, code_bits = 0', 'quantile = 0.9',
	'quantization = rabitq, compression = x8', 'binary_encoding = two_bits', 'binary_query_encoding = binary',
	'layout = wide', 'quantization = int8', 'exact = float64', 'compression = x2', 'binary_encoding = three_bits',
	'binary_query_encoding = scalar16', 'quantization = scalar, quantile = 0.4']) o;
SELECT c AS opclass, o AS options, try_options(c, o) FROM (VALUES ('vector_l1_ops', ''), ('vector_l1_ops', 'layout = compact'),
	('vector_l1_ops', 'quantization = rabitq'), ('vector_l1_ops', 'layout = inline'), ('vector_l1_ops', 'code_bits = 4'),
	('vector_l1_ops', 'quantization = binary, binary_encoding = one_and_half_bits'),
	('halfvec_l2_ops', 'exact = float16'), ('halfvec_l2_ops', 'exact = float32'), ('halfvec_l2_ops', 'exact = heap'),
	('bit_hamming_ops', 'layout = compact'), ('bit_hamming_ops', 'quantization = binary'),
	('bit_hamming_ops', 'exact = float16'), ('bit_hamming_ops', 'exact = heap'), ('sparsevec_l2_ops', 'exact = float16'),
	('sparsevec_l2_ops', 'quantization = scalar'), ('wide_l2_ops', ''), ('wide_l2_ops', 'layout = inline'),
	('wide_l2_ops', 'layout = plain')) q (c, o);

-- ALTER INDEX says what it does not do yet.
CREATE INDEX t_idx ON t USING hnsw (v vector_l2_ops);
ALTER INDEX t_idx SET (layout = compact);
SELECT layout FROM hnsw_stats('t_idx');
ALTER INDEX t_idx SET (exact = heap, pending_limit = 10);
ALTER INDEX t_idx SET (layout = plain);
ALTER INDEX t_idx SET (pending_limit = 20);
REINDEX INDEX t_idx;
SELECT layout, exact FROM hnsw_stats('t_idx');
ALTER INDEX t_idx RESET (layout, exact);
DROP TABLE t;

SET hnsw.rescore = never;
SET hnsw.oversampling = 0.5;
SET hnsw.oversampling = 101;
