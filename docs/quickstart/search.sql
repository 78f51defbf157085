-- search.sql: the quickstart's searches. <=> is the cosine distance: 0 for equal
-- directions, 1 for unrelated ones.

\echo 'Which function gives the absolute value?'
SELECT name, arguments, returns, description,
	round((embedding <=> hash_embed('Which function gives the absolute value?', 384))::numeric, 3) AS distance
FROM catalog_docs
WHERE kind = 'function'
ORDER BY embedding <=> hash_embed('Which function gives the absolute value?', 384)
LIMIT 5;

-- With the vector as a parameter, whose 384 numbers need not be shown.
\echo 'The plan of that search'
PREPARE nearest_function(vector) AS
SELECT name FROM catalog_docs WHERE kind = 'function' ORDER BY embedding <=> $1 LIMIT 5;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE nearest_function(hash_embed('Which function gives the absolute value?', 384));
RESET plan_cache_mode;

\echo 'remove spaces from both ends'
SELECT kind, name, arguments, description,
	round((embedding <=> hash_embed('remove spaces from both ends', 384))::numeric, 3) AS distance
FROM catalog_docs
ORDER BY embedding <=> hash_embed('remove spaces from both ends', 384)
LIMIT 5;

\echo 'current date and time, of functions without arguments that are not volatile'
SELECT name, returns, volatility, description,
	round((embedding <=> hash_embed('current date and time', 384))::numeric, 3) AS distance
FROM catalog_docs
WHERE kind = 'function' AND argument_count = 0 AND volatility <> 'volatile'
ORDER BY embedding <=> hash_embed('current date and time', 384)
LIMIT 5;

\echo 'objects whose descriptions are like that of pg_table_size'
SELECT other.name, other.description, round((other.embedding <=> this.embedding)::numeric, 3) AS distance
FROM catalog_docs AS this, catalog_docs AS other
WHERE this.name = 'pg_table_size' AND other.id <> this.id
ORDER BY other.embedding <=> this.embedding
LIMIT 5;
