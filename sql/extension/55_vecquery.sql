-- vecquery: a query of several vectors, which score by examples

CREATE TYPE vecquery;

CREATE FUNCTION vecquery_in(cstring) RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION vecquery_out(vecquery) RETURNS cstring
	AS 'MODULE_PATHNAME', 'vecext_vecquery_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION vecquery_recv(internal) RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE FUNCTION vecquery_send(vecquery) RETURNS bytea
	AS 'MODULE_PATHNAME', 'vecext_vecquery_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

CREATE TYPE vecquery (
	INPUT = vecquery_in,
	OUTPUT = vecquery_out,
	RECEIVE = vecquery_recv,
	SEND = vecquery_send,
	ALIGNMENT = double,
	STORAGE = extended
);

COMMENT ON TYPE vecquery IS 'query of several vectors: examples and how they score';

-- constructors

CREATE FUNCTION vecquery_best_score(positive vector[], negative vector[] DEFAULT '{}') RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_best_score' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION vecquery_best_score(vector[], vector[]) IS 'score by the nearest example';

CREATE FUNCTION vecquery_sum_scores(positive vector[], negative vector[] DEFAULT '{}') RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_sum_scores' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION vecquery_sum_scores(vector[], vector[]) IS 'score by the sum of similarities to all examples';

CREATE FUNCTION vecquery_discover(target vector, positive vector[], negative vector[]) RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_discover' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION vecquery_discover(vector, vector[], vector[])
	IS 'score by pairs whose positive vector is nearer than the negative one, then by a target';

CREATE FUNCTION vecquery_context(positive vector[], negative vector[]) RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_context' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION vecquery_context(vector[], vector[]) IS 'score by pairs whose positive vector is nearer than the negative one';

CREATE FUNCTION vecquery_feedback(target vector, examples vector[], scores double precision[],
		a double precision, b double precision, c double precision) RETURNS vecquery
	AS 'MODULE_PATHNAME', 'vecext_vecquery_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION vecquery_feedback(vector, vector[], double precision[], double precision, double precision, double precision)
	IS 'score by a target and examples that were judged';

-- scores

CREATE FUNCTION vecquery_score(vector, vecquery, distance text) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_vecquery_score' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION vecquery_score(vector, vecquery, text) IS 'score under l2, inner_product, cosine or l1';

CREATE FUNCTION vecquery_score(halfvec, vecquery, distance text) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_vecquery_score_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION vecquery_score(halfvec, vecquery, text) IS 'score under l2, inner_product, cosine or l1';

-- behind operators: minus the score

CREATE FUNCTION vecquery_l2(vector, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_vector_vecquery_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_negative_inner_product(vector, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_vector_vecquery_ip' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_cosine(vector, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_vector_vecquery_cosine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_l1(vector, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_vector_vecquery_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_l2(halfvec, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_halfvec_vecquery_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_negative_inner_product(halfvec, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_halfvec_vecquery_ip' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_cosine(halfvec, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_halfvec_vecquery_cosine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION vecquery_l1(halfvec, vecquery) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_halfvec_vecquery_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

-- operators

CREATE OPERATOR <-> (LEFTARG = vector, RIGHTARG = vecquery, FUNCTION = vecquery_l2);
CREATE OPERATOR <#> (LEFTARG = vector, RIGHTARG = vecquery, FUNCTION = vecquery_negative_inner_product);
CREATE OPERATOR <=> (LEFTARG = vector, RIGHTARG = vecquery, FUNCTION = vecquery_cosine);
CREATE OPERATOR <+> (LEFTARG = vector, RIGHTARG = vecquery, FUNCTION = vecquery_l1);

CREATE OPERATOR <-> (LEFTARG = halfvec, RIGHTARG = vecquery, FUNCTION = vecquery_l2);
CREATE OPERATOR <#> (LEFTARG = halfvec, RIGHTARG = vecquery, FUNCTION = vecquery_negative_inner_product);
CREATE OPERATOR <=> (LEFTARG = halfvec, RIGHTARG = vecquery, FUNCTION = vecquery_cosine);
CREATE OPERATOR <+> (LEFTARG = halfvec, RIGHTARG = vecquery, FUNCTION = vecquery_l1);
