-- functions for queries that rank by more than one distance

CREATE FUNCTION rrf_score(rank bigint, k double precision DEFAULT 2, weight double precision DEFAULT 1)
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_rrf_score' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION rrf_score(bigint, double precision, double precision)
	IS 'what a rank, from 1, is worth in reciprocal rank fusion; 0 for NULL';

CREATE FUNCTION lin_decay(x double precision, target double precision DEFAULT 0,
		scale double precision DEFAULT 1, midpoint double precision DEFAULT 0.5) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_lin_decay' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION lin_decay(double precision, double precision, double precision, double precision)
	IS '1 at target, midpoint at a distance of scale, on a line down to 0';

CREATE FUNCTION exp_decay(x double precision, target double precision DEFAULT 0,
		scale double precision DEFAULT 1, midpoint double precision DEFAULT 0.5) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_exp_decay' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION exp_decay(double precision, double precision, double precision, double precision)
	IS '1 at target, midpoint at a distance of scale, falling exponentially';

CREATE FUNCTION gauss_decay(x double precision, target double precision DEFAULT 0,
		scale double precision DEFAULT 1, midpoint double precision DEFAULT 0.5) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_gauss_decay' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION gauss_decay(double precision, double precision, double precision, double precision)
	IS '1 at target, midpoint at a distance of scale, falling like a bell';

CREATE FUNCTION mmr(ids anyarray, vectors vector[], relevance double precision[], k integer,
		diversity double precision DEFAULT 0.5, distance text DEFAULT 'cosine',
		OUT id anyelement, OUT score double precision) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'vecext_mmr' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;

COMMENT ON FUNCTION mmr(anyarray, vector[], double precision[], integer, double precision, text)
	IS 'the k candidates of most relevance that are unlike each other, in order';
