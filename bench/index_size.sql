-- index_size.sql: sizes of hnsw indexes relative to the vectors, by layout and dimensions, and
-- the share of the pages that searches walk. Random vectors; in a scratch database:
-- psql -f bench/index_size.sql. Figures: docs/operations.md.
SET client_min_messages=warning;
CREATE EXTENSION IF NOT EXISTS vecext;
DO $$
DECLARE d int; o text; n int; r record;
BEGIN
FOREACH d IN ARRAY ARRAY[128, 768, 1536] LOOP
 n := 4000;
 EXECUTE format('CREATE TABLE s AS SELECT i, array_agg(random()-0.5)::vector(%s) v FROM generate_series(1,%s) i, generate_series(1,%s) e GROUP BY i', d, n, d);
 FOREACH o IN ARRAY ARRAY['m=16','layout=compact','layout=compact,exact=float16','layout=compact,exact=heap','layout=plain'] LOOP
  EXECUTE format('CREATE INDEX si ON s USING hnsw (v vector_l2_ops) WITH (%s)', o);
  SELECT * INTO r FROM hnsw_stats('si');
  RAISE WARNING '% %: % of the vectors, pages of nodes: % of it', d, o, round((r.index_bytes/(n*d*4.0))::numeric,2), round(((r.node_pages+r.upper_pages)*8192.0/r.index_bytes)::numeric,2);
  EXECUTE 'DROP INDEX si';
 END LOOP;
 DROP TABLE s;
END LOOP;
END $$;
