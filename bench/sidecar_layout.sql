-- sidecar_layout.sql: one table for payload and vectors, or two: what writing costs.
--
--   psql -X -f bench/sidecar_layout.sql     in a database with vecext
--
-- Prints milliseconds and kB of WAL for each 100 points of 768 dimensions, with an
-- index of the vectors and one of a payload field: set_payload of points at random,
-- upserts of new points, upserts that replace. 5,000 points lie there before; merges
-- of pending rows into the graph are part of the cost (the last line forces them).
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE SCHEMA sidecar_layout;
SET search_path = sidecar_layout, public;

CREATE TABLE one (id point_id PRIMARY KEY, version bigint, payload jsonb, v vector(768)) WITH (fillfactor = 90);
CREATE TABLE split_payload (id point_id PRIMARY KEY, version bigint, payload jsonb) WITH (fillfactor = 90);
CREATE TABLE split_vectors (id point_id PRIMARY KEY, v vector(768));
CREATE UNLOGGED TABLE results (step text, layout text, ms numeric, wal_kb numeric);

CREATE FUNCTION some_vector(seed integer) RETURNS vector LANGUAGE sql AS
	$$ SELECT array_agg(sin(seed * 12.9898 + i * 78.233))::vector FROM generate_series(1, 768) AS i $$;

CREATE UNLOGGED TABLE source AS SELECT i::text::point_id AS id, i, jsonb_build_object('city', 'c' || i % 50, 'n', i) AS payload,
	some_vector(i) AS v FROM generate_series(1, 9000) AS i;
INSERT INTO one SELECT id, 1, payload, v FROM source WHERE i <= 5000;
INSERT INTO split_payload SELECT id, 1, payload FROM source WHERE i <= 5000;
INSERT INTO split_vectors SELECT id, v FROM source WHERE i <= 5000;
CREATE INDEX ON one USING hnsw (v vector_ip_ops);
CREATE INDEX ON split_vectors USING hnsw (v vector_ip_ops);
CREATE INDEX ON one USING gin (payload payload_keyword_ops (path = 'city'));
CREATE INDEX ON split_payload USING gin (payload payload_keyword_ops (path = 'city'));
VACUUM ANALYZE one, split_payload, split_vectors;
CHECKPOINT;

-- Runs the statement for each of 20 batches; $1 is the number of the batch.
CREATE PROCEDURE measure(step text, layout text, statement text) LANGUAGE plpgsql AS $$
DECLARE
	started timestamptz := clock_timestamp();
	lsn pg_lsn := pg_current_wal_insert_lsn();
BEGIN
	FOR batch IN 0..19 LOOP
		EXECUTE statement USING batch;
		COMMIT;
	END LOOP;
	INSERT INTO results VALUES (step, layout, extract(epoch FROM clock_timestamp() - started) * 1000 / 20,
		(pg_current_wal_insert_lsn() - lsn) / 1024.0 / 20);
END $$;

CALL measure('set_payload', 'one', 'UPDATE one SET version = 2, payload = payload_set(payload, ''{"seen": true}'') WHERE id IN (SELECT id FROM source WHERE i BETWEEN $1 * 250 + 1 AND $1 * 250 + 100)');
CALL measure('set_payload', 'split', 'UPDATE split_payload SET version = 2, payload = payload_set(payload, ''{"seen": true}'') WHERE id IN (SELECT id FROM source WHERE i BETWEEN $1 * 250 + 1 AND $1 * 250 + 100)');
CALL measure('upsert, new', 'one', 'INSERT INTO one SELECT id, 3, payload, v FROM source WHERE i BETWEEN 5001 + $1 * 100 AND 5100 + $1 * 100 ON CONFLICT (id) DO UPDATE SET version = excluded.version, payload = excluded.payload, v = excluded.v');
CALL measure('upsert, new', 'split', 'WITH p AS (INSERT INTO split_payload SELECT id, 3, payload FROM source WHERE i BETWEEN 5001 + $1 * 100 AND 5100 + $1 * 100 ON CONFLICT (id) DO UPDATE SET version = excluded.version, payload = excluded.payload) INSERT INTO split_vectors SELECT id, v FROM source WHERE i BETWEEN 5001 + $1 * 100 AND 5100 + $1 * 100 ON CONFLICT (id) DO UPDATE SET v = excluded.v');
CALL measure('upsert, replacing', 'one', 'INSERT INTO one SELECT id, 3, payload, v FROM source WHERE i BETWEEN 1 + $1 * 100 AND 100 + $1 * 100 ON CONFLICT (id) DO UPDATE SET version = excluded.version, payload = excluded.payload, v = excluded.v');
CALL measure('upsert, replacing', 'split', 'WITH p AS (INSERT INTO split_payload SELECT id, 3, payload FROM source WHERE i BETWEEN 1 + $1 * 100 AND 100 + $1 * 100 ON CONFLICT (id) DO UPDATE SET version = excluded.version, payload = excluded.payload) INSERT INTO split_vectors SELECT id, v FROM source WHERE i BETWEEN 1 + $1 * 100 AND 100 + $1 * 100 ON CONFLICT (id) DO UPDATE SET v = excluded.v');
CALL measure('merging what waits', 'one', 'SELECT hnsw_merge(''one_v_idx''), $1');
CALL measure('merging what waits', 'split', 'SELECT hnsw_merge(''split_vectors_v_idx''), $1');

SELECT step, layout, round(ms, 2) AS ms, round(wal_kb) AS wal_kb FROM results;
DROP SCHEMA sidecar_layout CASCADE;
