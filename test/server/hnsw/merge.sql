-- merge.sql: pending rows move into the graph
SELECT hnsw_merge('items_v');
