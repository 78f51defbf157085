
CREATE FUNCTION hnsw_merge(index regclass) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT;
COMMENT ON FUNCTION hnsw_merge(regclass) IS 'moves all pending rows of an hnsw index into its graph; returns how many';
