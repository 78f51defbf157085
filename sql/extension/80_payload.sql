-- payload filters: Qdrant's conditions on jsonb

CREATE FUNCTION payload_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_match(payload jsonb, filter jsonb, field_schema jsonb DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_payload_match' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 SUPPORT payload_support;

COMMENT ON FUNCTION payload_match(jsonb, jsonb, jsonb) IS 'whether a payload passes a Qdrant filter';

CREATE FUNCTION payload_satisfies(payload jsonb, query jsonb) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_payload_satisfies' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 SUPPORT payload_support;

COMMENT ON FUNCTION payload_satisfies(jsonb, jsonb) IS 'implementation of ~@ operator';

CREATE FUNCTION payload_selectivity(internal, oid, internal, integer) RETURNS double precision
	AS 'MODULE_PATHNAME', 'vecext_payload_selectivity' LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE OPERATOR ~@ (
	LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = payload_satisfies,
	RESTRICT = payload_selectivity, JOIN = matchingjoinsel
);

COMMENT ON OPERATOR ~@ (jsonb, jsonb) IS 'payload passes a filter, or a list of a filter and a field schema';

-- The same again, for indexes: the planner asks the support function whether one
-- knows the field of a filter, and puts this operator into its condition.
CREATE OPERATOR @~@ (
	LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = payload_satisfies,
	RESTRICT = payload_selectivity, JOIN = matchingjoinsel
);

COMMENT ON OPERATOR @~@ (jsonb, jsonb) IS 'what ~@ becomes where an index of a payload field answers it';

-- Both are one function, so a row that an index condition @~@ has found needs no
-- test by ~@. The planner takes that from the strategies of a B-tree family: what
-- is equal (3) is less or equal (2). The family has no class and serves no index.
CREATE OPERATOR FAMILY payload_implication USING btree;
ALTER OPERATOR FAMILY payload_implication USING btree ADD OPERATOR 3 @~@ (jsonb, jsonb), OPERATOR 2 ~@ (jsonb, jsonb);

-- single conditions with an open value: docs/filters.md

CREATE FUNCTION payload_test(payload jsonb, path text, test text, value jsonb DEFAULT 'true', field_schema jsonb DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_payload_test' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 SUPPORT payload_support;

COMMENT ON FUNCTION payload_test(jsonb, text, text, jsonb, jsonb) IS 'whether a payload''s field passes one test of a Qdrant filter';

CREATE FUNCTION payload_test_query(path text, test text, value jsonb, field_schema jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_test_query' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION payload_test_query(text, text, jsonb, jsonb) IS 'what payload_test becomes in a condition of an index';

-- counts of values

CREATE FUNCTION payload_facet_add(internal, payload jsonb, path text, type text, max_values integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_facet_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION payload_facet_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_facet_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION payload_facet_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'vecext_payload_facet_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_facet_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_facet_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_facet_result(internal) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_facet_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE AGGREGATE payload_facet(payload jsonb, path text, type text, max_values integer) (
	SFUNC = payload_facet_add,
	STYPE = internal,
	FINALFUNC = payload_facet_result,
	COMBINEFUNC = payload_facet_combine,
	SERIALFUNC = payload_facet_serialize,
	DESERIALFUNC = payload_facet_deserialize,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE payload_facet(jsonb, text, text, integer) IS 'the most frequent values of a payload''s field, with their counts';

CREATE FUNCTION payload_facet(index regclass, max_values integer) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_facet_index' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION payload_facet(regclass, integer) IS 'the most frequent values of an indexed field of all rows, with their counts';

-- indexes of payload fields

CREATE FUNCTION payload_compare_bytes(bytea, bytea, smallint, internal) RETURNS integer
	AS 'MODULE_PATHNAME', 'vecext_payload_compare_bytes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_compare_integers(bigint, bigint, smallint, internal) RETURNS integer
	AS 'MODULE_PATHNAME', 'vecext_payload_compare_integers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_compare_floats(double precision, double precision, smallint, internal) RETURNS integer
	AS 'MODULE_PATHNAME', 'vecext_payload_compare_floats' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal) RETURNS "char"
	AS 'MODULE_PATHNAME', 'vecext_payload_consistent' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_options(internal) RETURNS void
	AS 'MODULE_PATHNAME', 'vecext_payload_options' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_text_options(internal) RETURNS void
	AS 'MODULE_PATHNAME', 'vecext_payload_text_options' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_keyword_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_keyword_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_keyword_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_keyword_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_keyword_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_keyword_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_keyword_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_bytes(bytea, bytea, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE bytea;

CREATE FUNCTION payload_integer_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_integer_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_integer_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_integer_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_integer_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_integer_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_integer_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_integers(bigint, bigint, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE bigint;

CREATE FUNCTION payload_float_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_float_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_float_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_float_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_float_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_float_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_float_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_floats(double precision, double precision, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE double precision;

CREATE FUNCTION payload_bool_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_bool_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_bool_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_bool_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_bool_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_bool_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_bool_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_integers(bigint, bigint, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE bigint;

CREATE FUNCTION payload_datetime_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_datetime_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_datetime_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_datetime_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_datetime_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_datetime_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_datetime_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_integers(bigint, bigint, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE bigint;

CREATE FUNCTION payload_uuid_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_uuid_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_uuid_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_uuid_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_uuid_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_uuid_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_uuid_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_bytes(bytea, bytea, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE bytea;

CREATE FUNCTION payload_geo_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_geo_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_geo_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_geo_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_geo_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_geo_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_geo_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_integers(bigint, bigint, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_options(internal),
	STORAGE bigint;

CREATE FUNCTION payload_text_value(jsonb, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_text_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION payload_text_query(jsonb, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecext_payload_text_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR CLASS payload_text_ops FOR TYPE jsonb USING gin AS
	OPERATOR 1 @~@ (jsonb, jsonb),
	FUNCTION 2 (jsonb) payload_text_value(jsonb, internal, internal),
	FUNCTION 3 (jsonb) payload_text_query(jsonb, internal, smallint, internal, internal, internal, internal),
	FUNCTION 5 (jsonb) payload_compare_bytes(bytea, bytea, smallint, internal),
	FUNCTION 6 (jsonb) payload_consistent(internal, smallint, jsonb, integer, internal, internal, internal),
	FUNCTION 7 (jsonb) payload_text_options(internal),
	STORAGE bytea;
