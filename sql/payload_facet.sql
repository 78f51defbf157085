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

-- from an index of the field, as from the table, whatever happened to its rows
CREATE INDEX facets_city ON facets USING gin (payload payload_keyword_ops (path = 'city'));
CREATE INDEX facets_n ON facets USING gin (payload payload_integer_ops (path = 'n')) WITH (fastupdate = off);
CREATE INDEX facets_open ON facets USING gin (payload payload_bool_ops (path = 'open'));
CREATE INDEX facets_ref ON facets USING gin (payload payload_uuid_ops (path = 'ref'));
CREATE INDEX facets_tags ON facets USING gin (payload payload_keyword_ops (path = 'tags')) WITH (fastupdate = off);
CREATE INDEX facets_k ON facets USING gin (payload payload_integer_ops (path = 'list[].k'));
CREATE FUNCTION facets_are_alike() RETURNS boolean[] LANGUAGE sql AS $$
	SELECT ARRAY[payload_facet('facets_city', 2000000) = (SELECT payload_facet(payload, 'city', 'keyword', NULL) FROM facets),
		payload_facet('facets_n', 2000000) = (SELECT payload_facet(payload, 'n', 'integer', NULL) FROM facets),
		payload_facet('facets_open', 5) = (SELECT payload_facet(payload, 'open', 'bool', 5) FROM facets),
		payload_facet('facets_ref', 3) = (SELECT payload_facet(payload, 'ref', 'uuid', 3) FROM facets),
		payload_facet('facets_tags', 1) = (SELECT payload_facet(payload, 'tags', 'keyword', 1) FROM facets),
		payload_facet('facets_k', 2) = (SELECT payload_facet(payload, 'list[].k', 'integer', 2) FROM facets)] $$;
SELECT facets_are_alike() AS built;
VACUUM facets;
SELECT facets_are_alike() AS all_visible;
UPDATE facets SET payload = payload || '{"city": "moved", "n": 1.0, "tags": ["b", "z"]}' WHERE id % 10 = 0;
DELETE FROM facets WHERE id % 7 = 0;
BEGIN;
DELETE FROM facets WHERE id < 1000;
INSERT INTO facets SELECT i, '{"city": "gone", "n": 99, "open": true}' FROM generate_series(1, 500) AS i;
SELECT facets_are_alike() AS uncommitted;
ROLLBACK;
SELECT facets_are_alike() AS changed;
SELECT gin_clean_pending_list('facets_city') > 0 AS merged;
SELECT facets_are_alike() AS merged;
VACUUM facets;
SELECT facets_are_alike() AS vacuumed;
SELECT payload_facet('facets_tags', 2), payload_facet('facets_tags', 0);
-- keys that do not say all: cut strings, integers that share one
INSERT INTO facets VALUES (7001, jsonb_build_object('city', repeat('x', 300), 'n', 9223372036854775807)), (7002, jsonb_build_object('city', repeat('x', 301), 'n', 9223372036854775806));
SELECT gin_clean_pending_list('facets_city') > 0 AS merged;
SELECT facets_are_alike() AS long;
-- an empty table, and one with a hidden row
CREATE TABLE hidden (id int, payload jsonb);
CREATE INDEX hidden_city ON hidden USING gin (payload payload_keyword_ops (path = 'city')) WITH (fastupdate = off);
SELECT payload_facet('hidden_city', 5);
INSERT INTO hidden VALUES (1, '{"city": "open"}'), (2, '{"city": "secret"}');
CREATE ROLE facet_reader;
SET ROLE facet_reader;
SELECT payload_facet('hidden_city', 5);
RESET ROLE;
GRANT SELECT ON hidden TO facet_reader;
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON hidden USING (id = 1);
SELECT payload_facet('hidden_city', 5) AS owner;
SET ROLE facet_reader;
SELECT payload_facet('hidden_city', 5) AS reader;
RESET ROLE;
DROP TABLE hidden;
DROP ROLE facet_reader;
CREATE INDEX facets_some ON facets USING gin (payload payload_keyword_ops (path = 'city')) WHERE id > 5;
CREATE INDEX facets_f ON facets USING gin (payload payload_float_ops (path = 'f'));
CREATE INDEX facets_id ON facets (id);
SELECT payload_facet('facets_some', 5);
SELECT payload_facet('facets_f', 5);
SELECT payload_facet('facets_id', 5);
SELECT payload_facet('facets', 5);
SELECT payload_facet('facets_n', -5);

-- refused
SELECT payload_facet(payload, 'f', 'float', 3) FROM facets;
SELECT payload_facet(payload, 'a b', 'keyword', 3) FROM facets;
SELECT payload_facet(payload, NULL, 'keyword', 3) FROM facets;
SELECT payload_facet(payload, 'city', 'keyword', -1) FROM facets;
DROP TABLE facets CASCADE;
DROP FUNCTION city_facet_is_right, facets_are_alike;
