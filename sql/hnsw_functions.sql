-- hnsw_check, hnsw_stats, hnsw_prewarm, hnsw_recall: results, arguments, who may
-- call them. test/server/hnsw_check.test.sh has what hnsw_check finds.
SET client_min_messages = warning;

CREATE FUNCTION sample_vector(i int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg((hashint8extended(i * 100000::bigint + d, 1) % 1000)::float4 / 100 ORDER BY d)::vector
	FROM generate_series(1, dims) d
$$;

-- An empty index.
CREATE TABLE t (id int, val vector(50));
CREATE INDEX t_idx ON t USING hnsw (val vector_l2_ops);
SELECT * FROM hnsw_check('t_idx');
SELECT * FROM hnsw_check('t_idx', exclusive => true, heap => false);
\x on
SELECT * FROM hnsw_stats('t_idx');
SELECT hnsw_recall('t_idx');
SELECT hnsw_prewarm('t_idx');

-- Rows pending, built in, merged, deleted.
INSERT INTO t SELECT i, sample_vector(i, 50) FROM generate_series(1, 100) i;
SELECT nodes, pending_rows, pending_pages, value_pages > 0 AS has_values, levels FROM hnsw_stats('t_idx');
REINDEX TABLE t;
INSERT INTO t VALUES (101, sample_vector(1, 50)), (102, NULL);
SELECT nodes, rows, pending_rows, deleted_nodes, centre_version, average_degree > 3 AS connected FROM hnsw_stats('t_idx');
SELECT hnsw_merge('t_idx');
DELETE FROM t WHERE id <= 10;
VACUUM t;
SELECT nodes, rows, pending_rows, deleted_nodes FROM hnsw_stats('t_idx');
SELECT index_bytes = pg_relation_size('t_idx') AS size, node_pages + upper_pages + value_pages + pending_pages + free_pages + 1
	= pg_relation_size('t_idx') / current_setting('block_size')::int AS pages FROM hnsw_stats('t_idx');
SELECT hnsw_prewarm('t_idx') = pg_relation_size('t_idx') / current_setting('block_size')::int AS all_blocks;
\x off
SELECT * FROM hnsw_check('t_idx');
SELECT * FROM hnsw_check('t_idx', exclusive => true);

-- Recall: the rows of the table are the queries.
SELECT hnsw_recall('t_idx'), hnsw_recall('t_idx', sample => 20, k => 5, ef_search => 200);
SELECT hnsw_recall('t_idx', k => 1, ef_search => 1) BETWEEN 0.1 AND 1 AS low_effort;
SHOW hnsw.ef_search;
SELECT hnsw_recall('t_idx', sample => 0);
SELECT hnsw_recall('t_idx', sample => 10001);
SELECT hnsw_recall('t_idx', k => 0);
SELECT hnsw_recall('t_idx', ef_search => 0);
SELECT hnsw_recall(NULL);
SELECT hnsw_stats(NULL) IS NULL;

-- Not an hnsw index.
CREATE INDEX t_id ON t (id);
SELECT hnsw_check('t_id');
SELECT hnsw_stats('t');
SELECT hnsw_prewarm('t_id');
SELECT hnsw_recall(0);
CREATE VIEW v AS SELECT * FROM t;
SELECT hnsw_check('v');
DROP VIEW v;

-- Owner, pg_read_all_stats, nobody else.
CREATE ROLE regress_hnsw_owner;
CREATE ROLE regress_hnsw_reader IN ROLE pg_read_all_stats;
CREATE ROLE regress_hnsw_other;
ALTER TABLE t OWNER TO regress_hnsw_owner;
SET ROLE regress_hnsw_owner;
SELECT count(*) FROM hnsw_check('t_idx', exclusive => true);
SET ROLE regress_hnsw_reader;
SELECT count(*) FROM hnsw_check('t_idx');
SELECT nodes FROM hnsw_stats('t_idx');
SET ROLE regress_hnsw_other;
SELECT count(*) FROM hnsw_check('t_idx');
SELECT nodes FROM hnsw_stats('t_idx');
SELECT hnsw_prewarm('t_idx');
SELECT hnsw_recall('t_idx');
RESET ROLE;

-- The owner's functions run as the owner, also for a superuser.
CREATE FUNCTION who(val vector) RETURNS vector LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF current_user <> 'regress_hnsw_owner' THEN
		RAISE EXCEPTION 'called by %', current_user;
	END IF;
	RETURN val;
END
$$;
CREATE INDEX t_expression ON t USING hnsw ((who(val)::vector(50)) vector_l2_ops);
SELECT count(*) FROM hnsw_check('t_expression');
SELECT hnsw_recall('t_expression', sample => 5) > 0.5 AS ran;
DROP TABLE t;
DROP ROLE regress_hnsw_owner, regress_hnsw_reader, regress_hnsw_other;
DROP FUNCTION who, sample_vector;
