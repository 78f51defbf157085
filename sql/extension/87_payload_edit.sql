-- changing payloads and selecting from them: docs/filters.md

CREATE FUNCTION payload_set(payload jsonb, patch jsonb, path text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_set' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION payload_set(jsonb, jsonb, text) IS 'the payload with the members of patch, at the path; a null removes one';

CREATE FUNCTION payload_delete(payload jsonb, paths text[]) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_delete' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION payload_delete(jsonb, text[]) IS 'the payload without what stands at the paths';

CREATE FUNCTION payload_include(payload jsonb, paths text[]) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_include' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION payload_include(jsonb, text[]) IS 'only what stands at the paths, within its surrounding objects';

CREATE FUNCTION payload_exclude(payload jsonb, paths text[]) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vecext_payload_exclude' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION payload_exclude(jsonb, text[]) IS 'all but what stands at the paths';

CREATE FUNCTION payload_integers(payload jsonb, path text) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'vecext_payload_integers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION payload_integers(jsonb, text) IS 'integers at the path';

CREATE FUNCTION payload_datetimes(payload jsonb, path text) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'vecext_payload_datetimes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION payload_datetimes(jsonb, text) IS 'datetimes at the path, as microseconds since 1970';

CREATE FUNCTION payload_floats(payload jsonb, path text) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'vecext_payload_floats' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION payload_floats(jsonb, text) IS 'numbers at the path';
