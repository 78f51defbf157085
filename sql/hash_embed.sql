-- hash_embed: text embedding by feature hashing

SELECT hash_embed('Which function gives the absolute value?', 8);
SELECT hash_embed('ABSOLUTE, value?', 64) = hash_embed('absolute value', 64) AS case_and_punctuation;
SELECT vector_dims(hash_embed('a', 1)) AS least, vector_dims(hash_embed('a', 16000)) AS most;
SELECT round(vector_norm(hash_embed('unit length', 300))::numeric, 6);

-- likeness: the absolute value is nearer to its description than to others
SELECT description FROM (VALUES ('absolute value'), ('sine'), ('current date and time'), ('raise to a power')) AS d (description)
ORDER BY hash_embed(description, 256) <=> hash_embed('Which function gives the absolute value?', 256);

-- a text without words: zero vector, which sorts last
SELECT hash_embed('', 3), hash_embed('?!', 3);
SELECT word, round((hash_embed(word, 64) <=> hash_embed('apple', 64))::numeric, 6) AS distance
FROM (VALUES ('...'), ('apple')) AS w (word) ORDER BY 2;

-- strict
SELECT hash_embed(NULL, 3) IS NULL, hash_embed('a', NULL) IS NULL;
SELECT provolatile, proisstrict, proparallel FROM pg_proc WHERE proname = 'hash_embed';

-- a value from a row, long and compressed
CREATE TEMPORARY TABLE texts (body text);
INSERT INTO texts SELECT repeat('nearest neighbour ', 20000);
SELECT round((hash_embed(body, 128) <=> hash_embed('nearest neighbour', 128))::numeric, 6) AS distance FROM texts;

-- beyond the limits
SELECT hash_embed('a', 0);
SELECT hash_embed('a', -1);
SELECT hash_embed('a', 16001);
SELECT hash_embed(repeat('a', 1048577), 3);
\set VERBOSITY sqlstate
SELECT hash_embed('a', 0);
SELECT hash_embed('a', 16001);
SELECT hash_embed(repeat('a', 1048577), 3);
