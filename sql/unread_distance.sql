-- The distance of a row that an index scan returned is not computed where nobody
-- reads it. (distance_projection: the same of Vector Search.)
SET vecext.enable_filtered_scan = off;
SET enable_seqscan = off;
SET jit = off;
CREATE TABLE places (id int, kind int, v vector(2)) PARTITION BY LIST (kind);
CREATE TABLE places_0 PARTITION OF places FOR VALUES IN (0);
CREATE TABLE places_1 PARTITION OF places FOR VALUES IN (1);
INSERT INTO places SELECT i, i % 2, ARRAY[i, 0]::real[]::vector FROM generate_series(1, 40) i;
INSERT INTO places VALUES (41, 0, '[4,1]'), (42, 0, '[4,-1]');
CREATE INDEX ON places USING hnsw (v vector_l2_ops);
ANALYZE places;

-- Nobody reads it.
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM places_0 ORDER BY v <-> '[4,0]' LIMIT 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM places_0 ORDER BY v <-> '[4,0]';
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM places_0 WHERE id > 4 ORDER BY v <-> '[4,0]' LIMIT 3;
SELECT id FROM places_0 ORDER BY v <-> '[4,0]' LIMIT 3;
SELECT id FROM places_0 WHERE id > 4 ORDER BY v <-> '[4,0]' LIMIT 4;
PREPARE nearest(vector) AS SELECT id, kind FROM places_0 ORDER BY v <-> $1 OFFSET 1 LIMIT 2;
EXECUTE nearest('[20,0]');
SET plan_cache_mode = force_generic_plan;
EXECUTE nearest('[10,0]');
RESET plan_cache_mode;
BEGIN;
DECLARE near CURSOR FOR SELECT id FROM places_0 ORDER BY v <-> '[30,0]';
FETCH 2 FROM near;
FETCH 2 FROM near;
COMMIT;

-- Somebody does: the client, LIMIT WITH TIES, what merges rows of several tables.
EXPLAIN (VERBOSE, COSTS OFF) SELECT id, v <-> '[4,0]' AS distance FROM places_0 ORDER BY distance LIMIT 3;
SELECT id, v <-> '[4,0]' AS distance FROM places_0 ORDER BY distance LIMIT 2;
SELECT count(*) FROM (SELECT id FROM places_0 ORDER BY v <-> '[4,0]' FETCH FIRST 2 ROWS WITH TIES) AS near;
SELECT id IN (4, 41, 42) FROM places_0 ORDER BY v <-> '[4,0]' FETCH FIRST 2 ROWS WITH TIES;
SELECT id FROM places ORDER BY v <-> '[7.9,0]' LIMIT 4;
SELECT id FROM places_0 ORDER BY v <-> '[8.1,0]' LIMIT 2 FOR UPDATE;
SELECT id FROM (SELECT id, v FROM places_0 ORDER BY v <-> '[12.1,0]' LIMIT 3) AS near ORDER BY v <-> '[20,0]';
CREATE TABLE nearest_ones AS SELECT id FROM places_0 ORDER BY v <-> '[24.1,0]' LIMIT 2;
SELECT * FROM nearest_ones;
SELECT id FROM places_0 ORDER BY v <-> '[24.1,0]', kind LIMIT 2;

DROP TABLE places, nearest_ones;
