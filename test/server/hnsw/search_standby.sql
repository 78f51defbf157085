-- search_standby.sql: like search.sql where nothing can be written
\set query random(1, 6000)
BEGIN ISOLATION LEVEL REPEATABLE READ;
SET LOCAL hnsw.ef_search = 400;
SELECT assert_near(:query, 10);
COMMIT;
