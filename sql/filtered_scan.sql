-- The node Vector Search: when it is planned, what it returns under row-level
-- security, security barriers, partitions, prepared statements, cursors, joins.
SET enable_seqscan = off;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE items (id int PRIMARY KEY, owner text, kind int, tags int[], v vector(3));
INSERT INTO items SELECT i, CASE i % 2 WHEN 0 THEN 'even' ELSE 'odd' END, i % 100, ARRAY[i % 7],
	ARRAY[i, i % 10, 1]::vector(3) FROM generate_series(1, 2000) i;
CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops);
CREATE INDEX items_kind ON items (kind);
CREATE INDEX items_tags ON items USING gin (tags);
ANALYZE items;

-- plans
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY v <-> '[7,7,1]' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE kind < 20 AND tags @> ARRAY[3] ORDER BY '[7,7,1]' <-> v LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE kind = 7 OR id = 8 ORDER BY v <-> '[7,7,1]' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE owner LIKE 'e%' ORDER BY v <-> '[7,7,1]', id LIMIT 3;
SET vecext.enable_filtered_scan = off;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE owner LIKE 'e%' ORDER BY v <-> '[7,7,1]' LIMIT 3;
RESET vecext.enable_filtered_scan;
-- other orders are not the index's
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE kind = 7 ORDER BY v <=> '[7,7,1]' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' DESC LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE kind = 7 ORDER BY v <-> v LIMIT 3;

-- rows
SELECT id, v <-> '[7,7,1]' AS distance FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 3;
SELECT id FROM items WHERE kind = 7 AND tags @> ARRAY[3] ORDER BY v <-> '[7,7,1]' LIMIT 3;
SELECT id FROM items WHERE owner LIKE 'e%' ORDER BY v <-> '[7,7,1]', id LIMIT 3;
SELECT id FROM items WHERE kind = 7 AND false ORDER BY v <-> '[7,7,1]' LIMIT 3;
SELECT id FROM items WHERE kind = 7 AND now() IS NOT NULL ORDER BY v <-> '[7,7,1]' LIMIT 3;
SELECT count(*) FROM (SELECT id FROM items WHERE kind = 7 ORDER BY v <-> NULL LIMIT 3) s;
-- rows without a vector come last
BEGIN;
INSERT INTO items VALUES (5001, 'odd', 777, '{}', NULL), (5002, 'odd', 777, '{}', '[1,1,1]'), (5003, 'odd', 777, '{}', NULL);
SELECT id, v <-> '[1,1,2]' AS distance FROM items WHERE kind = 777 ORDER BY v <-> '[1,1,2]' LIMIT 2;
SET LOCAL vecext.filter_strategy = lazy;
SELECT count(*), count(v) FROM (SELECT v FROM items WHERE kind = 777 ORDER BY v <-> '[1,1,2]' LIMIT 10) s;
ROLLBACK;
SELECT count(*) FROM (SELECT id FROM items WHERE kind < 50 ORDER BY v <-> '[7,7,1]') s;
SELECT count(*) FROM (SELECT id FROM items ORDER BY v <-> '[7,7,1]' LIMIT 1500) s;
SELECT id FROM items WHERE kind = (SELECT 7) AND id > (SELECT min(id) + 100 FROM items i WHERE i.kind = items.kind)
	ORDER BY v <-> '[7,7,1]' LIMIT 3;
SELECT id FROM items WHERE kind = 7 ORDER BY v <-> 'error';
SELECT id FROM items WHERE kind = 7 AND 1 / (id - 107) > -1 ORDER BY v <-> '[7,7,1]' LIMIT 3;

-- EXPLAIN ANALYZE; the regime follows the number of matches
CREATE FUNCTION strategy(filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT id FROM items WHERE ' || filter || ' ORDER BY v <-> ''[7,7,1]'' LIMIT 3' INTO plan;
	RETURN plan #>> '{0,Plan,Plans,0,Strategy}';
END $$;
SELECT strategy('kind = 7'), strategy('kind < 90'), strategy('true');
SET enable_bitmapscan = off;
SELECT strategy('id % 10 <> 3'), strategy('md5(id::text) < ''001''');
RESET enable_bitmapscan;
-- what EXPLAIN says, less what differs between versions of PostgreSQL
CREATE FUNCTION explained(query text, format text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE output text;
BEGIN
	FOR output IN EXECUTE format('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT %s) %s', format, query) LOOP
		RETURN QUERY SELECT regexp_replace(line, 'actual rows=(\d+)(.00)? loops=', '\1 rows, loops ')
			FROM regexp_split_to_table(output, '\n') line WHERE line !~ 'Index Searches';
	END LOOP;
END $$;
SELECT explained($$SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 3$$, 'text');
SELECT explained($$SELECT id FROM items ORDER BY v <-> '[7,7,1]' LIMIT 3$$, 'text');
SELECT explained($$SELECT id FROM items WHERE v <-> '[7,7,1]' < 0.5$$, 'text');
SELECT key, value FROM (SELECT string_agg(line, '')::json #> '{0,Plan,Plans,0}' AS node
	FROM explained($$SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 3$$, 'json') line) plan, json_each_text(node)
	WHERE key ~ '^(Custom|Index$|Order|Strategy|ef|Rows|Nodes|Distances|Pending|Searches)';
SELECT line FROM explained($$SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 3$$, 'yaml') line
	WHERE line ~ '^ +(Custom|Index:|Order|Strategy|ef|Rows|Nodes|Distances|Pending|Searches)';

-- row-level security and barriers: a leaky function sees only rows it may
CREATE FUNCTION leak(id int, owner text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	IF owner = 'odd' THEN RAISE NOTICE 'leaked %', id; END IF;
	RETURN true;
END $$;
SELECT id FROM items WHERE leak(id, owner) AND id = 7 ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
CREATE ROLE filtered_scan_reader;
GRANT SELECT ON items TO filtered_scan_reader;
ALTER TABLE items ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON items USING (owner = 'even');
SET ROLE filtered_scan_reader;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE leak(id, owner) AND kind < 20 ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
SELECT id FROM items WHERE leak(id, owner) AND kind < 20 ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
SELECT id FROM items WHERE leak(id, owner) AND kind = 8 ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
SELECT id FROM items WHERE leak(id, owner) ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
RESET ROLE;
CREATE VIEW even_items WITH (security_barrier) AS SELECT * FROM items WHERE owner = 'even';
GRANT SELECT ON even_items TO filtered_scan_reader;
SET ROLE filtered_scan_reader;
SELECT id FROM even_items WHERE leak(id, owner) AND kind < 20 ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
SELECT id FROM even_items WHERE leak(id, owner) AND kind = 8 ORDER BY v <-> '[7.2,7,1]' LIMIT 3;
RESET ROLE;
DROP VIEW even_items;
DROP POLICY own ON items;
ALTER TABLE items DISABLE ROW LEVEL SECURITY;

-- prepared statements, generic plans included
PREPARE near(int, vector) AS SELECT id FROM items WHERE kind = $1 ORDER BY v <-> $2 LIMIT 3;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE near(7, '[7,7,1]');
EXECUTE near(7, '[7,7,1]');
EXECUTE near(8, '[500,8,1]');
EXECUTE near(NULL, '[500,8,1]');
RESET plan_cache_mode;
EXECUTE near(8, '[500,8,1]');

-- a LIMIT that the plan does not know: one search, with a filter and without
PREPARE part_of_them(int, int, int) AS SELECT id FROM items WHERE id % 10 <> $1 ORDER BY v <-> '[7,7,1]' LIMIT $2 OFFSET $3;
PREPARE any_of_them(bigint) AS SELECT id FROM items ORDER BY v <-> '[7,7,1]' LIMIT $1;
CREATE FUNCTION searches(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE ' || statement INTO plan;
	RETURN format('%s rows, %s', plan #>> '{0,Plan,Actual Rows}', plan #>> '{0,Plan,Plans,0,Searches}');
END $$;
SET plan_cache_mode = force_generic_plan;
SELECT searches('part_of_them(3, 200, 100)'), searches('any_of_them(400)');
SELECT searches('part_of_them(3, NULL, 1)') AS "no limit", searches('any_of_them(0)') AS nothing;
EXECUTE any_of_them(-1);
RESET plan_cache_mode;
DROP FUNCTION searches;
DEALLOCATE part_of_them;
DEALLOCATE any_of_them;

-- cursors: more rows than the first batch holds, there and back again
BEGIN;
DECLARE nearest SCROLL CURSOR FOR SELECT id FROM items WHERE kind < 50 ORDER BY v <-> '[7,7,1]';
FETCH 3 FROM nearest;
MOVE 900 FROM nearest;
FETCH 2 FROM nearest;
FETCH ABSOLUTE 1 FROM nearest;
MOVE LAST FROM nearest;
FETCH NEXT FROM nearest;
COMMIT;

-- joins: rescans with other queries, other filters, both, or none
EXPLAIN (COSTS OFF) SELECT q.id, n.id FROM items q, LATERAL
	(SELECT id FROM items i WHERE i.kind = q.kind AND i.id <> q.id ORDER BY i.v <-> q.v LIMIT 2) n WHERE q.id < 4 ORDER BY q.id;
SELECT q.id, n.id FROM items q, LATERAL
	(SELECT id FROM items i WHERE i.kind = q.kind AND i.id <> q.id ORDER BY i.v <-> q.v LIMIT 2) n WHERE q.id < 4 ORDER BY q.id, n.id;
SELECT q.id, n.id FROM items q, LATERAL
	(SELECT id FROM items i WHERE i.kind = 3 ORDER BY i.v <-> q.v LIMIT 1) n WHERE q.id IN (90, 290, 1990) ORDER BY q.id;
SELECT q.id, n.id FROM items q, LATERAL
	(SELECT id FROM items i WHERE i.kind = q.kind ORDER BY i.v <-> '[1000,1,1]' LIMIT 1) n WHERE q.id IN (90, 191, 1992) ORDER BY q.id;
SELECT i.id, o.id FROM items i JOIN items o ON o.id = i.id + 1 WHERE i.kind = 7 ORDER BY i.v <-> '[7,7,1]' LIMIT 2;

-- partitions and inheritance
CREATE TABLE parts (id int, kind int, v vector(3)) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1000) TO (3000);
INSERT INTO parts SELECT id, kind, v FROM items;
CREATE INDEX ON parts USING hnsw (v vector_l2_ops);
CREATE INDEX ON parts (kind);
ANALYZE parts;
EXPLAIN (COSTS OFF) SELECT id FROM parts WHERE kind = 99 ORDER BY v <-> '[1000,0,1]' LIMIT 4;
SELECT id FROM parts WHERE kind = 99 ORDER BY v <-> '[1000,0,1]' LIMIT 4;

-- expression and partial indexes
CREATE TABLE words (id int, kind int, v real[]);
INSERT INTO words SELECT id, kind, v::real[] FROM items;
CREATE INDEX words_v ON words USING hnsw ((v::vector(3)) vector_l2_ops) WHERE kind < 10;
CREATE INDEX ON words (kind);
ANALYZE words;
EXPLAIN (COSTS OFF) SELECT id FROM words WHERE kind = 7 ORDER BY v::vector(3) <-> '[7,7,1]' LIMIT 3;
SELECT id FROM words WHERE kind = 7 ORDER BY v::vector(3) <-> '[7,7,1]' LIMIT 3;
SELECT id FROM words WHERE kind < 5 ORDER BY v::vector(3) <-> '[7,7,1]' LIMIT 3;
EXPLAIN (COSTS OFF) SELECT id FROM words WHERE kind = 70 ORDER BY v::vector(3) <-> '[7,7,1]' LIMIT 3;

-- FOR UPDATE, UPDATE of what was found
SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 2 FOR UPDATE;
UPDATE items SET kind = 1000 WHERE id IN (SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 2);
SELECT id FROM items WHERE kind = 7 ORDER BY v <-> '[7,7,1]' LIMIT 2;

DROP TABLE items, parts, words;
DROP FUNCTION leak, strategy, explained;
DROP ROLE filtered_scan_reader;
