-- iterate.sql: long searches by iterative scans: no row twice, order as promised
\set query random(1, 6000)
\set mode random(0, 1)
BEGIN;
SELECT set_config('hnsw.iterative_scan', CASE :mode WHEN 0 THEN 'relaxed_order' ELSE 'strict_order' END, true);
SELECT array_length(ids, 1) FROM search(:query, 300);
COMMIT;
