-- vecquery: making, printing and reading values; scores; searches of indexes. That
-- indexes find what sequential scans find is tested in test/server/vecquery.test.sh.
\set VERBOSITY terse

-- Every kind, made by its function; text and binary come back as the same value.
CREATE TABLE q (id serial, query vecquery);
INSERT INTO q (query) VALUES
	(vecquery_best_score(ARRAY['[1,2]', '[3,-4.5]']::vector[], ARRAY['[0,1e-5]']::vector[])),
	(vecquery_best_score('{"[1,2]"}')),
	(vecquery_best_score('{}', '{"[1,2]"}')),
	(vecquery_sum_scores('{"[1,2]"}', '{"[3,4]", "[5,6]", "[7,8]"}')),
	(vecquery_discover('[9,9]', '{"[1,2]", "[3,4]"}', '{"[5,6]", "[7,8]"}')),
	(vecquery_discover('[9,9]', '{}', '{}')),
	(vecquery_context('{"[1,2]"}', '{"[3,4]"}')),
	(vecquery_feedback('[1,0]', '{"[1,2]", "[3,4]"}', '{0.9, 0.1}', 1, 0.25, -1e-300)),
	(vecquery_feedback('[1,0]', '{"[1,2]"}', '{-7}', 0.1, 0, 2));
SELECT id, query FROM q ORDER BY id;
SELECT count(*) FROM q WHERE vecquery_send(query::text::vecquery) <> vecquery_send(query);
SELECT vecquery_send(query) FROM q WHERE id IN (1, 7, 9) ORDER BY id;

-- Text as people write it.
SELECT ' best_score ( negative : [ 1 , 2 ] ; positive:[3,4]  [5,6] ) '::vecquery;
SELECT 'feedback(c: 1e0; b: .5; a: -1; scores: 1 2; examples: [1][2]; target: [0])'::vecquery;
SELECT 'sum_scores(positive: [1]; negative:)'::vecquery;

-- Text that is none.
SELECT ''::vecquery;
SELECT 'best'::vecquery;
SELECT 'best_score'::vecquery;
SELECT 'best_score('::vecquery;
SELECT 'best_score()'::vecquery;
SELECT 'best_score(positive: [1]) x'::vecquery;
SELECT 'best_score(positive: [1]; positive: [2])'::vecquery;
SELECT 'best_score(target: [1])'::vecquery;
SELECT 'best_score(positive [1])'::vecquery;
SELECT 'best_score(positive: 1)'::vecquery;
SELECT 'best_score(positive: [1)'::vecquery;
SELECT 'best_score(positive: [1,x])'::vecquery;
SELECT 'best_score(positive: [1,Infinity])'::vecquery;
SELECT 'best_score(positive: [1] [1,2])'::vecquery;
SELECT 'best_score(positive: [1]; negative: [1,2])'::vecquery;
SELECT 'discover(positive: [1]; negative: [2])'::vecquery;
SELECT 'discover(target: [1] [2]; positive: [1]; negative: [2])'::vecquery;
SELECT 'context(positive: [1] [2]; negative: [3])'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: 1; a: 1; b: 1)'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: 1 2; a: 1; b: 1; c: 1)'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: x; a: 1; b: 1; c: 1)'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: nan; a: 1; b: 1; c: 1)'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: 1; a: 1 1; b: 1; c: 1)'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: 1; a: 1e999; b: 1; c: 1)'::vecquery;
SELECT 'feedback(target: [1]; examples: [1]; scores: 1; a: 1; b: -1; c: 1)'::vecquery;

-- Arguments that make none.
SELECT vecquery_best_score('{}');
SELECT vecquery_sum_scores('{}', '{}');
SELECT vecquery_context('{}', '{}');
SELECT vecquery_feedback('[1]', '{}', '{}', 1, 1, 1);
SELECT vecquery_best_score('{"[1]", "[1,2]"}');
SELECT vecquery_best_score('{"[1]"}', '{"[1,2]"}');
SELECT vecquery_best_score('{NULL}');
SELECT vecquery_best_score('{{"[1]"}, {"[2]"}}');
SELECT vecquery_discover('[1,2]', '{"[1]"}', '{"[2]"}');
SELECT vecquery_discover('[1]', '{"[1]"}', '{}');
SELECT vecquery_context('{"[1]"}', '{"[1]", "[2]"}');
SELECT vecquery_feedback('[1]', '{"[1]"}', '{1, 2}', 1, 1, 1);
SELECT vecquery_feedback('[1]', '{"[1]"}', '{NULL}', 1, 1, 1);
SELECT vecquery_feedback('[1]', '{"[1]"}', '{1}', 1, -1, 1);
SELECT vecquery_feedback('[1]', '{"[1]"}', '{1}', 'NaN', 1, 1);
SELECT vecquery_feedback('[1]', '{"[1]", "[2]"}', '{1e200, -1e200}', 1, 2, 1);
SELECT length(vecquery_sum_scores(array_agg('[1]'::vector))::text) FROM generate_series(1, 1024);
SELECT vecquery_sum_scores(array_agg('[1]'::vector)) FROM generate_series(1, 1025);
SELECT ('sum_scores(positive:' || repeat(' [1]', 1025) || ')')::vecquery;
SELECT vecquery_best_score(NULL) IS NULL, vecquery_feedback('[1]', '{"[1]"}', '{1}', NULL, 1, 1) IS NULL;

-- Binary messages that are none.
CREATE FUNCTION receive(message bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file oid := lo_from_bytea(0, '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(message)) || message || '\xffff');
	value text;
BEGIN
	PERFORM lo_export(file, 'vecext_vecquery');
	PERFORM lo_unlink(file);
	CREATE TEMP TABLE received (v vecquery);
	COPY received FROM 'vecext_vecquery' (FORMAT binary);
	SELECT v::text INTO value FROM received;
	DROP TABLE received;
	RETURN value;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
SELECT count(*) FROM q WHERE receive(vecquery_send(query)) <> query::text;
SELECT receive('\x01000001000000010000000040000000');
SELECT receive('\x00000001000000010000000040000000');
SELECT receive('\x06000001000000010000000040000000');
SELECT receive('\x01010001000000010000000040000000');
SELECT receive('\x01000000000000010000000040000000');
SELECT receive('\x01000001000000000000000040000000');
SELECT receive('\x010000010000000000000000');
SELECT receive('\x01000001000000020000000040000000');
SELECT receive('\x01000001ffffffff0000000040000000');
SELECT receive('\x010000017fffffff0000000040000000');
SELECT receive('\x0100000100000001000000007fc00000');
SELECT receive('\x0100000100000001000000004000000000');
DROP FUNCTION receive;

-- Scores, by hand: similarities of [1,1] to [1,0] and [0,2] are -1 and -2 under L2, 1
-- and 2 by inner product, -1 and -2 under L1, and cosines of 1/sqrt(2) both.
CREATE TABLE v (id int, val vector(2), half halfvec(2));
INSERT INTO v SELECT i, val::vector, val::halfvec FROM (VALUES (1, '[1,1]'), (2, '[2,0]'), (3, '[-1,3]'), (4, '[0,0]')) t (i, val);
SELECT name, id, round((val <-> query)::numeric, 4) AS l2, round((val <#> query)::numeric, 4) AS ip,
	round((val <+> query)::numeric, 4) AS l1, CASE WHEN id < 4 THEN round((val <=> query)::numeric, 4) END AS cosine
FROM v, (VALUES ('best', vecquery_best_score('{"[1,0]"}', '{"[0,2]"}')), ('sum', vecquery_sum_scores('{"[1,0]"}', '{"[0,2]"}')),
	('discover', vecquery_discover('[1,1]', '{"[1,0]"}', '{"[0,2]"}')), ('context', vecquery_context('{"[1,0]"}', '{"[0,2]"}')),
	('feedback', vecquery_feedback('[1,1]', '{"[1,0]", "[0,2]"}', '{1, 0.5}', 2, 1, 4))) t (name, query) ORDER BY 1, 2;
-- The same from halves; -score; NaN without a direction.
SELECT bool_and(val <-> q = half <-> q AND val <#> q = half <#> q AND val <+> q = half <+> q AND
	(val <=> q = half <=> q) AND vecquery_score(val, q, 'l2') = -(val <-> q) AND
	vecquery_score(half, q, 'inner_product') = -(half <#> q) AND vecquery_score(half, q, 'l1') = -(val <+> q))
FROM v, (VALUES (vecquery_best_score('{"[1,0]"}', '{"[0,2]"}')), (vecquery_context('{"[1,0]"}', '{"[0,2]"}'))) t (q) WHERE id < 4;
SELECT val <=> 'sum_scores(positive: [1,1])' ::vecquery, vecquery_score(val, 'sum_scores(positive: [1,1])', 'cosine') FROM v WHERE id = 4;
-- An example without a direction has a cosine of 0.
SELECT id, val <=> 'sum_scores(positive: [0,0])'::vecquery, round((val <=> 'sum_scores(positive: [0,0] [1,0])'::vecquery)::numeric, 4) FROM v WHERE id < 4 ORDER BY 1;
-- A query that changes from row to row.
SELECT q.id, round((val <-> query)::numeric, 4) FROM q, v WHERE v.id = 2 ORDER BY 1;
SELECT val <-> NULL::vecquery FROM v WHERE id = 1;
SELECT val <-> vecquery_best_score('{"[1,2,3]"}') FROM v WHERE id = 1;
SELECT half <-> vecquery_best_score('{"[1,2,3]"}') FROM v WHERE id = 1;
SELECT half <-> vecquery_best_score('{"[1,1e6]"}') FROM v WHERE id = 1;
SELECT vecquery_score(val, vecquery_best_score('{"[1,2]"}'), 'hamming') FROM v WHERE id = 1;
DROP TABLE v;

-- Searches: plain and custom scans, rows that are not in the index, NULL.
CREATE TABLE t (id int, val vector(3));
INSERT INTO t VALUES (1, '[0,0,0]'), (2, '[1,2,3]'), (3, '[1,1,1]'), (4, NULL), (5, '[5,5,5]'), (6, '[-1,0,1]');
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
INSERT INTO t VALUES (7, '[1,2,4]');
SET enable_seqscan = off;
PREPARE best (vecquery) AS SELECT id, round((val <-> $1)::numeric, 4) AS score FROM t ORDER BY val <-> $1 LIMIT 4;
EXPLAIN (COSTS OFF) EXECUTE best('best_score(positive: [1,2,3]; negative: [1,1,1])');
EXECUTE best('best_score(positive: [1,2,3]; negative: [1,1,1])');
EXECUTE best('context(positive: [1,1,1] [0,0,0]; negative: [1,2,3] [5,5,5])');
SET vecext.enable_filtered_scan = off;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY val <-> vecquery_best_score('{"[1,2,3]"}', '{"[1,1,1]"}');
SELECT id FROM t ORDER BY val <-> vecquery_best_score('{"[1,2,3]"}', '{"[1,1,1]"}');
SELECT count(*) FROM (SELECT id FROM t ORDER BY val <-> (SELECT NULL::vecquery)) s;
SELECT id FROM t ORDER BY val <-> vecquery_best_score('{"[1,2]"}');
RESET vecext.enable_filtered_scan;
SELECT id FROM t ORDER BY val <-> vecquery_best_score('{"[1,2]"}') LIMIT 1;
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE id > 2 ORDER BY val <-> vecquery_sum_scores('{"[1,2,3]"}', '{"[1,1,1]"}') LIMIT 2;
SELECT id FROM t WHERE id > 2 ORDER BY val <-> vecquery_sum_scores('{"[1,2,3]"}', '{"[1,1,1]"}') LIMIT 2;
-- A bound on the score is a filter, not a range.
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE val <-> 'best_score(positive: [1,2,3])'::vecquery < -0.2 ORDER BY val <-> 'best_score(positive: [1,2,3])'::vecquery LIMIT 5;
SELECT id FROM t WHERE val <-> 'best_score(positive: [1,2,3])'::vecquery < -0.2 ORDER BY val <-> 'best_score(positive: [1,2,3])'::vecquery LIMIT 5;
-- Other operators than the index's do not use it.
RESET enable_seqscan;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY val <=> 'best_score(positive: [1,2,3])'::vecquery LIMIT 5;
DROP TABLE t, q;
