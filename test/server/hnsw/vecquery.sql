-- vecquery.sql: how well an index answers queries of several vectors, beside exact
-- search; for vecquery.test.sh. Values come from make_vector() (functions.sql).

-- A query of a kind, by number: examples are values of the table's clusters.
CREATE FUNCTION make_query(kind text, number int, dims int) RETURNS vecquery LANGUAGE sql AS $$
	SELECT CASE kind
		WHEN 'best_score' THEN vecquery_best_score(near, far)
		WHEN 'sum_scores' THEN vecquery_sum_scores(near, far[:2])
		WHEN 'discover' THEN vecquery_discover(target, near[:3], far[:3])
		WHEN 'context' THEN vecquery_context(near[:3], far[:3])
		WHEN 'feedback' THEN vecquery_feedback(target, near, '{0.9, 0.8, 0.5, 0.3, 0.1}', 1, 1, 0.5)
		END
	FROM (SELECT make_vector(100000 + number * 20, dims) AS target,
		array_agg(make_vector(100000 + number * 20 + i, dims)) FILTER (WHERE i <= 5) AS near,
		array_agg(make_vector(100000 + number * 20 + i, dims)) FILTER (WHERE i > 5) AS far
		FROM generate_series(1, 10) i) examples
$$;

-- The scores of the k first rows, in the order in which they come.
CREATE FUNCTION first_scores(query vecquery, operator text, condition text, k int, by_index boolean) RETURNS float8[]
	LANGUAGE plpgsql AS $$
DECLARE
	scores float8[];
BEGIN
	PERFORM set_config('enable_seqscan', CASE WHEN by_index THEN 'off' ELSE 'on' END, true);
	PERFORM set_config('enable_indexscan', CASE WHEN by_index THEN 'on' ELSE 'off' END, true);
	EXECUTE format('SELECT array_agg(d) FROM (SELECT v %1$s $1 AS d FROM items WHERE %2$s ORDER BY v %1$s $1 LIMIT %3$s) s',
		operator, condition, k) INTO scores USING query;
	RETURN scores;
END
$$;

-- Of `queries` queries: the share of the k best rows that the index finds (a row is
-- as good as its score: there are ties), and how often two came in the wrong order.
CREATE FUNCTION query_recall(kind text, operator text, dims int, queries int, condition text DEFAULT 'true', k int DEFAULT 10,
	OUT recall numeric, OUT disorder bigint) LANGUAGE plpgsql AS $$
DECLARE
	found float8[];
	best float8[];
	hits bigint := 0;
	wanted bigint := 0;
BEGIN
	disorder := 0;
	FOR number IN 1 .. queries LOOP
		found := first_scores(make_query(kind, number, dims), operator, condition, k, true);
		best := first_scores(make_query(kind, number, dims), operator, condition, k, false);
		wanted := wanted + cardinality(best);
		hits := hits + (SELECT count(*) FROM unnest(found) f WHERE f <= best[cardinality(best)] + 1e-6 * (1 + abs(f)));
		disorder := disorder + (SELECT count(*) FROM generate_subscripts(found, 1) i WHERE found[i] < found[i - 1]);
	END LOOP;
	recall := round(hits::numeric / wanted, 3);
END
$$;
