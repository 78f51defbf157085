-- payload_match.sql: time of one payload_match() call with two conditions on a
-- payload of about 300 bytes. Run with psql in a database with the extension;
-- prints nanoseconds per call, the scan and the aggregate taken off.
\set QUIET on
SET max_parallel_workers_per_gather = 0;
CREATE TEMPORARY TABLE bench_payload AS
SELECT jsonb_build_object('city', 'city' || i % 100, 'price', (i % 1000) / 10.0, 'stars', i % 5, 'title', md5(i::text),
	'tags', jsonb_build_array('t' || i % 7, 't' || i % 11), 'open', i % 2 = 0, 'description', repeat('x', 125)) AS payload
FROM generate_series(1, 100000) AS i;
SELECT avg(pg_column_size(payload))::int AS payload_bytes FROM bench_payload;

CREATE FUNCTION pg_temp.nanoseconds(condition text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE best float8 := 'Infinity'; start timestamptz; dummy bigint;
BEGIN
	FOR round IN 1..7 LOOP
		start := clock_timestamp();
		EXECUTE 'SELECT count(*) FROM bench_payload WHERE ' || condition INTO dummy;
		best := least(best, extract(epoch FROM clock_timestamp() - start));
	END LOOP;
	RETURN round((best * 1e9 / 100000)::numeric);
END $$;

SELECT pg_temp.nanoseconds('payload IS NOT NULL') AS scan_ns,
	pg_temp.nanoseconds($$payload_match(payload, '{"must": [{"key": "city", "match": {"value": "city7"}}, {"key": "price", "range": {"gt": 50}}]}')$$) AS first_decides_ns,
	pg_temp.nanoseconds($$payload_match(payload, '{"must": [{"key": "price", "range": {"gte": 0}}, {"key": "city", "match": {"value": "city7"}}]}')$$) AS both_decide_ns,
	pg_temp.nanoseconds($$payload @> '{"city": "city7"}'$$) AS contains_ns,
	pg_temp.nanoseconds($$payload->>'city' = 'city7' AND (payload->>'price')::float8 > 50$$) AS operators_ns;
