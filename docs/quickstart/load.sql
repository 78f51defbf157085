-- load.sql: the quickstart's data: what the catalog says of functions, operators
-- and types, with an embedding of name and description.

CREATE EXTENSION vecext;

CREATE TABLE catalog_docs (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind           text NOT NULL,     -- function, aggregate, operator, type, ...
	schema         text NOT NULL,
	name           text NOT NULL,
	arguments      text NOT NULL,
	argument_count int NOT NULL,
	returns        text,              -- null for types
	volatility     text,              -- immutable, stable, volatile; null for types
	description    text NOT NULL,
	embedding      vector(384) NOT NULL
);

INSERT INTO catalog_docs (kind, schema, name, arguments, argument_count, returns, volatility, description, embedding)
SELECT kind, nspname, name, arguments, argument_count, returns,
	CASE volatility WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' WHEN 'v' THEN 'volatile' END,
	description, hash_embed(name || ' ' || description, 384)
FROM (
	SELECT CASE prokind WHEN 'f' THEN 'function' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' ELSE 'procedure' END,
		pronamespace, proname::text, pg_get_function_identity_arguments(oid), pronargs,
		prorettype::regtype::text, provolatile::text, 'pg_proc'::regclass, oid
	FROM pg_proc
	UNION ALL
	SELECT 'operator', oprnamespace, oprname::text,
		concat_ws(', ', nullif(oprleft, 0)::regtype, oprright::regtype), CASE WHEN oprleft = 0 THEN 1 ELSE 2 END,
		oprresult::regtype::text, provolatile::text, 'pg_operator'::regclass, pg_operator.oid
	FROM pg_operator JOIN pg_proc ON pg_proc.oid = oprcode
	UNION ALL
	SELECT 'type', typnamespace, typname::text, '', 0, NULL, NULL, 'pg_type'::regclass, oid
	FROM pg_type
) AS object (kind, namespace, name, arguments, argument_count, returns, volatility, classoid, objoid)
JOIN pg_description USING (classoid, objoid)
JOIN pg_namespace ON pg_namespace.oid = namespace
WHERE objsubid = 0;

-- Hashed texts are far from each other in all directions, which is hard on a
-- graph: with the default lists of 64 and 40 some searches end in the wrong region
-- (recall@10 about 0.85, also in other hnsw libraries); with these about 0.99.
CREATE INDEX ON catalog_docs USING hnsw (embedding vector_cosine_ops) WITH (ef_construction = 200);
ALTER DATABASE demo SET hnsw.ef_search = 200;
ANALYZE catalog_docs;

SELECT kind, count(*) AS rows, count(DISTINCT name) AS names FROM catalog_docs GROUP BY kind ORDER BY count(*) DESC;
