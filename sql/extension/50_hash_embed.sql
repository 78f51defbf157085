-- hash_embed: text embedding by feature hashing

CREATE FUNCTION hash_embed(text, dims integer) RETURNS vector
	AS 'MODULE_PATHNAME', 'vecext_hash_embed' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION hash_embed(text, integer) IS 'embedding of a text by hashing its words and parts of words';
