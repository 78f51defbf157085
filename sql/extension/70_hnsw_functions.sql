-- 70_hnsw_functions.sql: looking into an hnsw index. All of them may be called by
-- the owner of the index and by members of pg_read_all_stats.

CREATE FUNCTION hnsw_check(
	index regclass,
	exclusive boolean DEFAULT false,
	heap boolean DEFAULT true,
	OUT level text,
	OUT block bigint,
	OUT slot integer,
	OUT message text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION hnsw_check(regclass, boolean, boolean) IS
	'verify an hnsw index; no row means that it is clean';

CREATE FUNCTION hnsw_stats(
	index regclass,
	OUT format_version integer,
	OUT element_type text,
	OUT metric text,
	OUT dims integer,
	OUT m integer,
	OUT ef_construction integer,
	OUT code_bits integer,
	OUT values_in text,
	OUT node_bytes integer,
	OUT nodes bigint,
	OUT rows bigint,
	OUT deleted_nodes bigint,
	OUT upper_records bigint,
	OUT average_degree double precision,
	OUT levels integer,
	OUT pending_rows bigint,
	OUT centre_version integer,
	OUT index_bytes bigint,
	OUT node_pages bigint,
	OUT upper_pages bigint,
	OUT value_pages bigint,
	OUT pending_pages bigint,
	OUT free_pages bigint,
	OUT layout text,
	OUT quantization text,
	OUT exact text,
	OUT trained_rows integer,
	OUT estimate_error double precision,
	OUT error_ratio double precision,
	OUT saturated double precision,
	OUT displacement double precision)
	RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION hnsw_stats(regclass) IS
	'format, graph and pages of an hnsw index';

CREATE FUNCTION hnsw_prewarm(index regclass) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION hnsw_prewarm(regclass) IS
	'read an hnsw index into shared buffers; returns its number of blocks';

CREATE FUNCTION hnsw_recall(
	index regclass,
	sample integer DEFAULT 100,
	k integer DEFAULT 10,
	ef_search integer DEFAULT NULL)
	RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION hnsw_recall(regclass, integer, integer, integer) IS
	'recall of an hnsw index against exact search, with sampled rows as queries';
