-- point_id: numbers and UUIDs in one order

SELECT i::point_id FROM unnest(ARRAY['5', '0', '18446744073709551615', '12',
	'936DA01F9ABD4D9D80C702AF85C822A8', 'urn:uuid:00000000-0000-0000-0000-000000000001',
	'{67e55044-10b1-426f-9247-bb680e5fe0c8}', '007']) AS i ORDER BY 1;

-- neither
SELECT ''::point_id;
SELECT '-1'::point_id;
SELECT '1.5'::point_id;
SELECT '18446744073709551616'::point_id;
SELECT '936DA01F-9ABD-4D9D-80C7'::point_id;

-- binary form: tag and 16 bytes
SELECT point_id_send('258'), point_id_send('936da01f-9abd-4d9d-80c7-02af85c822a8');

-- order and equality
SELECT a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES ('9'::point_id, '10'::point_id), ('10', '10'), ('18446744073709551615', '00000000-0000-0000-0000-000000000000')) AS v (a, b);

-- indexes
CREATE TABLE points (id point_id PRIMARY KEY, n integer);
INSERT INTO points SELECT i::text::point_id, i FROM generate_series(1, 300) AS i;
INSERT INTO points VALUES ('7', 0) ON CONFLICT (id) DO UPDATE SET n = -7;
CREATE INDEX points_hash ON points USING hash (id);
SELECT n FROM points WHERE id = '7';
SELECT count(*) FROM points WHERE id >= '100' AND id < '200';
SET enable_seqscan = off;
SET enable_indexscan = off;
SELECT id FROM points WHERE id = ANY ('{3,299,301}') ORDER BY id;
SET enable_bitmapscan = off;
SET enable_indexscan = on;
EXPLAIN (COSTS OFF) SELECT n FROM points WHERE id >= '295' ORDER BY id;
SELECT id FROM points WHERE id > '297' ORDER BY id DESC;
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT count(*) FROM points a JOIN points b USING (id);
DROP TABLE points;

-- slices: SipHash-2-4 of the number's bytes, modulo
SELECT array_agg(point_slice(i::text::point_id, 4) ORDER BY i) FROM generate_series(0, 15) AS i;
SELECT point_slice('936da01f-9abd-4d9d-80c7-02af85c822a8', 1000);
SELECT point_slice('1', 0);
