-- functions.sql: deterministic values of every indexed type, the layout that the
-- load scripts work on, and checks that raise an error when a search is wrong.

SET client_min_messages = warning;

-- A number in [0, 1) for each pair.
CREATE OR REPLACE FUNCTION hash_unit(a bigint, b bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(a, b) & 16777215) / 16777216.0 $$;

-- Value number `seed`: one of 20 centres and noise.
CREATE OR REPLACE FUNCTION make_vector(seed bigint, dims int) RETURNS vector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT array_agg((hashint8extended(j, seed % 20) & 16777215) / 16777216.0
	+ 0.6 * ((hashint8extended(j, 1000 + seed) & 16777215) / 16777216.0 - 0.5))::real[]::vector
	FROM generate_series(1, dims) AS j $$;

CREATE OR REPLACE FUNCTION make_bits(seed bigint, length int) RETURNS bit LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT string_agg((CASE WHEN hash_unit(j, 1000 + seed) < 0.2 THEN hash_unit(j, seed) < 0.5
	ELSE hash_unit(j, seed % 20) < 0.5 END)::int::text, '')::bit varying FROM generate_series(1, length) AS j $$;

-- From 1 to 300 elements: values of very different sizes share pages.
CREATE OR REPLACE FUNCTION make_sparse(seed bigint, dims int) RETURNS sparsevec LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ('{' || string_agg(i || ':' || x, ',') || '}/' || dims)::sparsevec FROM (
	SELECT DISTINCT ON (i) 1 + (hashint8extended(j, CASE WHEN j % 2 = 0 THEN seed % 20 ELSE seed END) & 1048575) % dims AS i,
		round((0.1 + hash_unit(j, seed))::numeric, 3) AS x
	FROM generate_series(1, 1 + (300 * power(hash_unit(seed, 7), 6))::int) AS j) AS elements $$;

DROP TABLE IF EXISTS layout, recalls;
CREATE TABLE layout (type text, operator text, value text);
CREATE UNLOGGED TABLE recalls (found int, wanted int);

-- Makes new_value(seed), nearest(query, k) and rank_of(...) for a layout.
CREATE OR REPLACE FUNCTION define_layout(type text, operator text, value text) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
	TRUNCATE layout, recalls;
	INSERT INTO layout VALUES (type, operator, value);
	DROP FUNCTION IF EXISTS new_value(bigint);
	EXECUTE format('CREATE FUNCTION new_value(seed bigint) RETURNS %s LANGUAGE sql IMMUTABLE AS %L',
		split_part(type, '(', 1), 'SELECT ' || value);
	DROP FUNCTION IF EXISTS nearest(bigint, int);
	-- The ids of the k rows nearest to value number `query`, in order, and their distances.
	EXECUTE format('CREATE FUNCTION nearest(query bigint, k int, OUT ids bigint[], OUT distances float8[]) LANGUAGE plpgsql AS %L',
		format('DECLARE q %s := new_value(query); BEGIN
			SELECT array_agg(id), array_agg(d) INTO ids, distances
			FROM (SELECT id, v %s q AS d FROM items ORDER BY v %s q LIMIT k) AS found; END', type, operator, operator));
END $body$;

-- Searches by the index. Raises an error when a row comes twice, when rows are out
-- of order, or when there are fewer than k although the table (of at least
-- `least` rows) has them.
CREATE OR REPLACE FUNCTION search(query bigint, k int, OUT ids bigint[], OUT distances float8[]) LANGUAGE plpgsql AS $body$
DECLARE
	found int;
BEGIN
	PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
		set_config('enable_indexscan', 'on', true);
	SELECT * INTO ids, distances FROM nearest(query, k);
	found := coalesce(array_length(ids, 1), 0);
	IF (SELECT count(DISTINCT id) FROM unnest(ids) AS id) <> found THEN
		RAISE EXCEPTION 'search % gave a row twice: %', query, ids;
	END IF;
	IF EXISTS (SELECT FROM generate_series(2, found) AS i WHERE distances[i] < distances[i - 1] - 1e-5 * (1 + abs(distances[i])))
		AND current_setting('hnsw.iterative_scan') <> 'relaxed_order' THEN
		RAISE EXCEPTION 'search % gave rows out of order: %', query, distances;
	END IF;
END $body$;

CREATE OR REPLACE FUNCTION exact_search(query bigint, k int, OUT ids bigint[], OUT distances float8[]) LANGUAGE plpgsql AS $body$
BEGIN
	PERFORM set_config('enable_seqscan', 'on', true), set_config('enable_sort', 'on', true),
		set_config('enable_indexscan', 'off', true);
	SELECT * INTO ids, distances FROM nearest(query, k);
END $body$;

-- How many of the k found are as near as the k-th nearest. To be called in
-- REPEATABLE READ, so that both searches see the same rows.
CREATE OR REPLACE FUNCTION compare_searches(query bigint, k int) RETURNS int LANGUAGE plpgsql AS $body$
DECLARE
	approximate record := search(query, k);
	exact record := exact_search(query, k);
	wanted int := coalesce(array_length(exact.ids, 1), 0);
	bound float8 := exact.distances[wanted];
	hits int;
BEGIN
	hits := (SELECT count(*) FROM unnest(approximate.distances) AS d WHERE d <= bound + 1e-6 * abs(bound));
	INSERT INTO recalls VALUES (least(hits, wanted), wanted);
	RETURN hits;
END $body$;

CREATE OR REPLACE FUNCTION recall_so_far() RETURNS float8 LANGUAGE sql AS
$$ SELECT coalesce(sum(found)::float8 / nullif(sum(wanted), 0), 0) FROM recalls $$;

-- Raises an error when hnsw_check() finds one.
CREATE OR REPLACE FUNCTION assert_clean(name text DEFAULT 'items_v') RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
	bad record;
BEGIN
	SELECT * INTO bad FROM hnsw_check(name::regclass) WHERE level = 'error' LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'hnsw_check: block % slot %: %', bad.block, bad.slot, bad.message;
	END IF;
END $body$;

-- Raises an error when a search misses most of what the exact one finds.
CREATE OR REPLACE FUNCTION assert_near(query bigint, k int) RETURNS int LANGUAGE plpgsql AS $body$
DECLARE
	approximate record := search(query, k);
	exact record := exact_search(query, k);
	wanted int := coalesce(array_length(exact.ids, 1), 0);
	bound float8 := exact.distances[wanted];
	hits int := (SELECT count(*) FROM unnest(approximate.distances) AS d WHERE d <= bound + 1e-6 * abs(bound));
BEGIN
	IF hits < wanted / 2 THEN
		RAISE EXCEPTION 'search % found % of %', query, hits, wanted;
	END IF;
	RETURN hits;
END $body$;
