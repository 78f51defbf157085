-- 65_hnsw_merge.sql: merging the pending segment of an hnsw index by hand.

CREATE FUNCTION hnsw_merge(index regclass) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT;
COMMENT ON FUNCTION hnsw_merge(regclass) IS
	'moves all pending rows of an hnsw index into its graph and returns how many';
