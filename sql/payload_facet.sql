-- payload_facet: the most frequent values of a field
CREATE TABLE facets (id int, payload jsonb);
INSERT INTO facets SELECT i, jsonb_build_object('city', 'c' || (i * i) % 97, 'n', i % 13 - 6, 'f', i / 2.0, 'open', i % 3 = 0,
	'tags', CASE i % 4 WHEN 0 THEN '[]' WHEN 1 THEN '["a", "a", "b"]' WHEN 2 THEN '["b", 3, null]' ELSE '"b"' END::jsonb,
	'ref', CASE i % 2 WHEN 0 THEN md5((i % 5)::text) ELSE upper(md5((i % 5)::text)::uuid::text) END,
	'list', jsonb_build_array(jsonb_build_object('k', i % 3), jsonb_build_object('k', 7))) FROM generate_series(1, 5000) AS i;
INSERT INTO facets VALUES (6001, NULL), (6002, '{}'), (6003, '[]'), (6004, '{"n": 1.0, "open": "true", "city": ["ö", "\"quoted\"", ""]}');

SELECT payload_facet(payload, 'n', 'integer', 3) AS integers, payload_facet(payload, 'open', 'bool', 9) AS booleans,
	payload_facet(payload, 'tags', 'keyword', 9) AS keywords, payload_facet(payload, 'f', 'integer', 2) AS floats_are_none FROM facets;
SELECT payload_facet(payload, 'ref', 'uuid', 2) AS uuids, payload_facet(payload, 'list[].k', 'integer', NULL) AS all_values FROM facets;
SELECT payload_facet(payload, 'city', 'keyword', 5) AS escaped FROM facets WHERE id > 6000;
SELECT payload_facet(payload, 'city', 'keyword', 5) AS nothing FROM facets WHERE id > 9000;
SELECT payload_facet(payload, 'city', 'keyword', 0) AS none_wanted FROM facets;
-- as rows, of the rows that pass a filter
SELECT value #>> '{}' AS city, count FROM (SELECT payload_facet(payload, 'city', 'keyword', 3) AS facet FROM facets WHERE payload_test(payload, 'n', 'range', '{"gt": 0}')) AS f,
	jsonb_to_recordset(facet) AS x (value jsonb, count bigint);
-- the same as grouping, also from parallel workers and for groups
CREATE FUNCTION city_facet_is_right() RETURNS boolean LANGUAGE sql AS $$
	SELECT (SELECT payload_facet(payload, 'city', 'keyword', NULL) FROM facets WHERE id <= 5000) =
		(SELECT jsonb_agg(jsonb_build_object('value', city, 'count', count) ORDER BY count DESC, city COLLATE "C")
			FROM (SELECT payload->>'city' AS city, count(*) FROM facets WHERE id <= 5000 GROUP BY 1) AS g) $$;
SELECT city_facet_is_right();
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT payload_facet(payload, 'city', 'keyword', 3) FROM facets;
SELECT city_facet_is_right();
SELECT payload_facet(payload, 'ref', 'uuid', 2) AS uuids, payload_facet(payload, 'n', 'integer', 2) AS integers FROM facets;
SELECT payload_facet(payload, 'n', 'integer', 2) AS nothing FROM facets WHERE id > 9000;
RESET max_parallel_workers_per_gather;
SELECT id % 2 AS odd, payload_facet(payload, 'n', 'integer', 1) FROM facets WHERE id <= 13 GROUP BY 1 ORDER BY 1;
SELECT id, payload_facet(payload, 'open', 'bool', 2) OVER (ORDER BY id) FROM facets WHERE id <= 3;

-- refused
SELECT payload_facet(payload, 'f', 'float', 3) FROM facets;
SELECT payload_facet(payload, 'a b', 'keyword', 3) FROM facets;
SELECT payload_facet(payload, NULL, 'keyword', 3) FROM facets;
SELECT payload_facet(payload, 'city', 'keyword', -1) FROM facets;
DROP TABLE facets CASCADE;
DROP FUNCTION city_facet_is_right;
