-- Forms of a distance that an index answers: ranges, arithmetic, named functions;
-- with rows that have no distance wherever PostgreSQL sorts them to.
SET enable_seqscan = off;
SET jit = off;
CREATE TABLE shapes (id int, kind int, v vector(3));
INSERT INTO shapes SELECT i, i % 10, ARRAY[sin(i), cos(i * 7), i / 400.0]::real[]::vector FROM generate_series(1, 400) i;
CREATE INDEX shapes_l2 ON shapes USING hnsw (v vector_l2_ops);
CREATE INDEX shapes_ip ON shapes USING hnsw (v vector_ip_ops);
CREATE INDEX shapes_cosine ON shapes USING hnsw (v vector_cosine_ops);
CREATE INDEX shapes_l1 ON shapes USING hnsw (v vector_l1_ops);
CREATE INDEX ON shapes (kind);
ANALYZE shapes;
-- How a query is planned, and whether it has the same rows in an order as good as
-- without an index. "%" stands for what decides the order.
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	plan := plan #> '{0,Plan}';
	WHILE plan #> '{Plans,0}' IS NOT NULL AND plan ->> 'Node Type' <> 'Custom Scan' LOOP
		plan := plan #> '{Plans,0}';
	END LOOP;
	RETURN concat_ws(', ', coalesce(plan ->> 'Custom Plan Provider', plan ->> 'Node Type'), plan ->> 'Index',
		CASE WHEN plan ->> 'Order By' <> '' THEN 'ordered' END, CASE WHEN plan ->> 'Range Of' <> '' THEN 'ranged' END);
END $$;
CREATE FUNCTION use_indexes(indexes bool) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('enable_indexscan', indexes::text, true), set_config('enable_bitmapscan', indexes::text, true),
		set_config('enable_seqscan', (NOT indexes)::text, true) $$;
CREATE FUNCTION rows_of(query text, indexes bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	PERFORM use_indexes(indexes);
	EXECUTE format('SELECT string_agg(r::text, '' '') FROM (%s) r', query) INTO result;
	RETURN coalesce(result, 'none');
END $$;
CREATE FUNCTION check_form(form text, rest text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE query text := replace(format('SELECT %s AS x FROM shapes %s', form, rest), '%', form);
BEGIN
	IF query !~ 'ORDER BY' THEN
		query := format('SELECT * FROM (%s) unordered ORDER BY x', query);
	END IF;
	PERFORM use_indexes(true);
	RETURN plan_of(query) || ': ' || CASE WHEN rows_of(query, true) = rows_of(query, false) THEN 'same rows' ELSE
		rows_of(query, true) || ' instead of ' || rows_of(query, false) END;
END $$;
CREATE TABLE forms (form text, direction text);
INSERT INTO forms VALUES
	($$v <-> '[1,0,0.5]'$$, ''), ($$'[1,0,0.5]' <-> v$$, ''), ($$l2_distance(v, '[1,0,0.5]')$$, ''),
	($$v <#> '[1,0,0.5]'$$, ''), ($$-(v <#> '[1,0,0.5]')$$, 'DESC'), ($$(v <#> '[1,0,0.5]') * -1$$, 'DESC'),
	($$inner_product(v, '[1,0,0.5]')$$, 'DESC'), ($$v <=> '[1,0,0.5]'$$, ''), ($$1 - (v <=> '[1,0,0.5]')$$, 'DESC'),
	($$cosine_distance(v, '[1,0,0.5]')$$, ''), ($$1 - cosine_distance('[1,0,0.5]', v)$$, 'DESC'),
	($$(2 - (v <=> '[1,0,0.5]')) / 2$$, 'DESC'), ($$v <+> '[1,0,0.5]'$$, ''), ($$l1_distance(v, '[1,0,0.5]')$$, ''),
	($$100 * (v <-> '[1,0,0.5]') - 3$$, ''), ($$-(2 + (v <-> '[1,0,0.5]'))$$, 'DESC'), ($$(v <-> '[1,0,0.5]') / -4$$, 'DESC');
SELECT form || ' ' || direction AS form, check_form(form, 'ORDER BY % ' || direction || ' LIMIT 15') FROM forms;
SELECT form || ' ' || direction AS form, check_form(form, 'WHERE kind < 7 ORDER BY % ' || direction || ' LIMIT 15') FROM forms;
-- ranges, with and without an order; the bound on either side
SELECT form, check_form(form, format('WHERE %% %s %s', CASE direction WHEN '' THEN '<' ELSE '>' END,
	translate(rows_of(format('SELECT percentile_cont(%s) WITHIN GROUP (ORDER BY %s) FROM shapes',
		CASE direction WHEN '' THEN 0.05 ELSE 0.95 END, form), false), '()', ' '))) FROM forms;
SELECT check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % <= 0.5 ORDER BY % LIMIT 4'),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE 0.5 > % AND kind = 3'),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % BETWEEN 0.2 AND 0.4'),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < 0.4 AND v <=> ''[0,1,1]'' < 0.7 ORDER BY v <=> ''[0,1,1]'''),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < 1e30'), check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < -1'),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % <= 0'), check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < ''NaN'''),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < ''Infinity'''), check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < NULL::float8'),
	check_form($$v <-> NULL$$, 'WHERE % < 1') \gx
-- what is no range, and no order of an index
SELECT check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % > 1.9'), check_form($$v <-> '[1,0,0.5]'$$, 'ORDER BY % DESC LIMIT 3'),
	check_form($$1 - (v <=> '[1,0,0.5]')$$, 'ORDER BY % LIMIT 3'), check_form($$1 - (v <=> '[1,0,0.5]')$$, 'WHERE % < -0.9'),
	check_form($$0 * (v <=> '[1,0,0.5]')$$, 'WHERE % < 0'), check_form($$1 / (v <-> '[1,0,0.5]')$$, 'WHERE % > 5'),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < random() * 0') \gx
-- named functions are the operators
EXPLAIN (VERBOSE, COSTS OFF) SELECT l2_distance(v, '[1,0,1]'), inner_product(v, '[1,0,1]'), cosine_distance(v, '[1,0,1]'),
	l1_distance(v, '[1,0,1]') FROM (SELECT '[1,1,1]'::vector AS v OFFSET 0) s;
SELECT l2_distance(v, '[1,0,1]'), inner_product(v, '[1,0,1]'), cosine_distance(v, '[1,0,1]'), l1_distance(v, '[1,0,1]')
	FROM (SELECT '[1,1,1]'::vector AS v OFFSET 0) s;
CREATE TABLE others (h halfvec(3), s sparsevec(3), b bit(8));
INSERT INTO others SELECT v::halfvec, v::sparsevec, (id % 256)::bit(8) FROM shapes WHERE id <= 200;
CREATE INDEX ON others USING hnsw (h halfvec_ip_ops);
CREATE INDEX ON others USING hnsw (s sparsevec_cosine_ops);
CREATE INDEX ON others USING hnsw (b bit_hamming_ops);
CREATE INDEX ON others USING hnsw (b bit_jaccard_ops);
SELECT plan_of($$SELECT FROM others ORDER BY inner_product(h, '[1,0,1]') DESC LIMIT 3$$),
	plan_of($$SELECT FROM others WHERE 1 - cosine_distance(s, '{1:1}/3') > 0.9$$),
	plan_of($$SELECT FROM others WHERE hamming_distance(b, '10101010') <= 2$$),
	plan_of($$SELECT FROM others ORDER BY jaccard_distance(b, '10101010') LIMIT 3$$) \gx
SELECT count(*), count(*) FILTER (WHERE hamming_distance(b, '10101010') <= 2) FROM others WHERE hamming_distance(b, '10101010') <= 2;
-- parameters: of prepared statements, of outer rows
PREPARE within(vector, float8) AS SELECT count(*) FROM shapes WHERE v <-> $1 < $2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE within('[1,0,0.5]', 0.5);
EXECUTE within('[1,0,0.5]', 0.5);
EXECUTE within('[1,0,0.5]', 0.2);
EXECUTE within('[1,0,0.5]', NULL);
EXECUTE within(NULL, 0.5);
RESET plan_cache_mode;
EXPLAIN (COSTS OFF) SELECT q.id, near.n FROM shapes q, LATERAL (SELECT count(*) AS n FROM shapes s WHERE s.v <-> q.v < q.kind / 20.0) near WHERE q.id < 5;
SELECT q.id, near.n, brute.n FROM shapes q, LATERAL (SELECT count(*) AS n FROM shapes s WHERE s.v <-> q.v < q.kind / 20.0) near,
	LATERAL (SELECT count(*) AS n FROM shapes s WHERE (s.v <-> q.v) + s.id * 0 < q.kind / 20.0) brute WHERE q.id < 5 ORDER BY q.id;
-- rows without a vector, and of zero norm: where ORDER BY puts them
CREATE TABLE directions (form text, rest text);
INSERT INTO directions SELECT form, rest FROM
	unnest(ARRAY[$$1 - (v <=> '[1,0,0.5]')$$, $$v <=> '[1,0,0.5]'$$, $$-(v <-> '[1,0,0.5]')$$, $$v <-> '[1,0,0.5]'$$]) form,
	unnest(ARRAY['ORDER BY % DESC LIMIT 8', 'ORDER BY % DESC NULLS LAST LIMIT 8', 'ORDER BY % LIMIT 8',
		'ORDER BY % NULLS FIRST LIMIT 8', 'WHERE v IS NOT NULL ORDER BY % DESC LIMIT 8', 'WHERE kind = 3 ORDER BY % DESC LIMIT 200',
		'WHERE kind = 3 ORDER BY % LIMIT 200', 'WHERE kind = 3 ORDER BY % NULLS FIRST LIMIT 8', 'ORDER BY % DESC LIMIT 500',
		'ORDER BY % LIMIT 500', 'WHERE % > 0.97 ORDER BY % DESC LIMIT 5', 'WHERE % > 0.97', 'WHERE % < 0.1', 'WHERE % < 0.1 ORDER BY % LIMIT 7',
		'WHERE % > -0.2']) rest;
CREATE FUNCTION check_directions() RETURNS TABLE (result text, forms bigint) LANGUAGE sql AS $$
	SELECT regexp_replace(check_form(form, rest), 'shapes_[a-z0-9]*', 'index'), count(*) FROM directions GROUP BY 1 ORDER BY 1 $$;
SELECT * FROM check_directions();
BEGIN;
INSERT INTO shapes VALUES (2001, 3, NULL), (2002, 3, '[0,0,0]');
SELECT * FROM check_directions();
-- the same of a zero or missing query
UPDATE directions SET form = replace(form, '[1,0,0.5]', '[0,0,0]');
SELECT * FROM check_directions();
UPDATE directions SET form = replace(form, '''[0,0,0]''', 'NULL');
SELECT * FROM check_directions();
ROLLBACK;
-- which the index remembers, once there were any
INSERT INTO shapes VALUES (2001, 3, NULL), (2002, 3, '[0,0,0]');
SELECT * FROM check_directions();
REINDEX TABLE shapes;
SELECT * FROM check_directions();
-- a column that cannot be NULL, and quals that NULL does not pass
CREATE FUNCTION strategy_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	RETURN plan #>> '{0,Plan,Plans,0,Strategy}';
END $$;
DELETE FROM shapes WHERE id = 2002;
REINDEX TABLE shapes;
SET vecext.filter_strategy = lazy;
SELECT strategy_of($$SELECT FROM shapes ORDER BY -(v <-> '[1,0,0.5]') DESC LIMIT 3$$),
	strategy_of($$SELECT FROM shapes ORDER BY -(v <-> '[1,0,0.5]') DESC NULLS LAST LIMIT 3$$),
	strategy_of($$SELECT FROM shapes WHERE v IS NOT NULL ORDER BY -(v <-> '[1,0,0.5]') DESC LIMIT 3$$),
	strategy_of($$SELECT FROM shapes WHERE -(v <-> '[1,0,0.5]') > -9 ORDER BY -(v <-> '[1,0,0.5]') DESC LIMIT 3$$) \gx
DELETE FROM shapes WHERE v IS NULL;
ALTER TABLE shapes ALTER v SET NOT NULL;
SELECT strategy_of($$SELECT FROM shapes ORDER BY -(v <-> '[1,0,0.5]') DESC LIMIT 3$$);
RESET vecext.filter_strategy;
-- rows, and queries, so long that distances overflow: infinite, or no number
INSERT INTO shapes VALUES (3001, 3, '[1e30,1,1]'), (3002, 3, '[-1e30,1e30,0]'), (3003, 8, '[3e38,3e38,-3e38]'), (3004, 8, '[1e25,0,0]');
CREATE FUNCTION check_overflow(query text) RETURNS TABLE (result text, forms bigint) LANGUAGE sql AS $$
	SELECT regexp_replace(check_form(replace(form, '[1,0,0.5]', query), condition || 'ORDER BY % ' || direction || limited),
		'shapes_[a-z0-9]*', 'index'), count(*)
	FROM forms, unnest(ARRAY['', 'WHERE kind < 7 ', 'WHERE kind = 3 ']) condition, unnest(ARRAY[' LIMIT 15', ' LIMIT 500']) limited
	GROUP BY 1 ORDER BY 1 $$;
SELECT * FROM check_overflow('[1,0,0.5]');
SELECT * FROM check_overflow('[1e30,-1e30,1e30]');
SELECT * FROM check_overflow('[3e38,3e38,3e38]');
SELECT check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < 0.5'), check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % < 1e20'),
	check_form($$v <-> '[1,0,0.5]'$$, 'WHERE % <= ''Infinity'''), check_form($$v <#> '[1,0,0.5]'$$, 'WHERE % < -1.2'),
	check_form($$v <=> '[1,0,0.5]'$$, 'WHERE % < 0.1'), check_form($$v <+> '[1,0,0.5]'$$, 'WHERE % < 1e25') \gx
-- what is nearer needs no look at them
SET vecext.filter_strategy = lazy;
SELECT strategy_of($$SELECT FROM shapes WHERE kind < 7 ORDER BY v <-> '[1,0,0.5]' LIMIT 5$$),
	strategy_of($$SELECT FROM shapes ORDER BY v <+> '[1,0,0.5]' LIMIT 5$$) \gx
RESET vecext.filter_strategy;
DELETE FROM shapes WHERE id > 3000;
REINDEX TABLE shapes;
SELECT * FROM check_overflow('[1e30,-1e30,1e30]');
RESET enable_seqscan;
DROP TABLE shapes, others, forms, directions;
DROP FUNCTION plan_of, use_indexes, rows_of, check_form, check_directions, check_overflow, strategy_of;
