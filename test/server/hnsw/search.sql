-- search.sql: an index search compared with the exact one. The beam is wide because
-- rows deleted a moment ago take part in the search.
\set query random(1, 6000)
BEGIN ISOLATION LEVEL REPEATABLE READ;
SET LOCAL hnsw.ef_search = 400;
SELECT compare_searches(:query, 10);
COMMIT;
