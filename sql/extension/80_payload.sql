-- payload filters: Qdrant's conditions on jsonb

CREATE FUNCTION payload_match(payload jsonb, filter jsonb, field_schema jsonb DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_payload_match' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION payload_match(jsonb, jsonb, jsonb) IS 'whether a payload passes a Qdrant filter';
