-- vector and halfvec: binary representation and COPY

-- dimensions, a zero, elements; big-endian
SELECT vector_send('[1,-2,0.5]'), halfvec_send('[1,-2,0.5]');

-- Puts `message` into a binary COPY file and reads it as a value of `type`.
CREATE FUNCTION receive(type text, message bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file oid := lo_from_bytea(0, '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(message)) || message || '\xffff');
	value text;
BEGIN
	PERFORM lo_export(file, 'vecext_dense_binary');
	PERFORM lo_unlink(file);
	EXECUTE format('CREATE TEMP TABLE received (v %s)', type);
	COPY received FROM 'vecext_dense_binary' (FORMAT binary);
	SELECT v::text INTO value FROM received;
	DROP TABLE received;
	RETURN value;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;

SELECT receive('vector', '\x000200003f800000c0000000');
SELECT receive('vector(2)', '\x000200003f800000c0000000');
SELECT receive('vector(3)', '\x000200003f800000c0000000');
SELECT receive('vector', '');
SELECT receive('vector', '\x0002');
SELECT receive('vector', '\x00020000');
SELECT receive('vector', '\x000200003f800000');
SELECT receive('vector', '\x000200003f800000c00000');
SELECT receive('vector', '\x000200003f800000c000000000');
SELECT receive('vector', '\x000200013f800000c0000000');
SELECT receive('vector', '\x0002ffff3f800000c0000000');
SELECT receive('vector', '\x00000000');
SELECT receive('vector', '\xffff0000');
SELECT receive('vector', '\x3e810000' || repeat('x', 64004)::bytea);
SELECT receive('vector', '\x000100007fc00000');
SELECT receive('vector', '\x000100007f800001');
SELECT receive('vector', '\x000100007f800000');
SELECT receive('vector', '\x00010000ff800000');
SELECT receive('vector', '\x000300008000000000000001807fffff');

SELECT receive('halfvec', '\x000200003c00c000');
SELECT receive('halfvec(3)', '\x000200003c00c000');
SELECT receive('halfvec', '\x000200003c00');
SELECT receive('halfvec', '\x000200003c00c0');
SELECT receive('halfvec', '\x000200003c00c00000');
SELECT receive('halfvec', '\x000200013c00c000');
SELECT receive('halfvec', '\x00000000');
SELECT receive('halfvec', '\x80000000');
SELECT receive('halfvec', '\x3e810000' || repeat('x', 32002)::bytea);
SELECT receive('halfvec', '\x000100007e00');
SELECT receive('halfvec', '\x00010000fc01');
SELECT receive('halfvec', '\x000100007c00');
SELECT receive('halfvec', '\x00010000fc00');
SELECT receive('halfvec', '\x00040000800000017bff0400');
DROP FUNCTION receive;

-- out and in again, by text and by binary, with nulls
CREATE TABLE sent (id int, v vector, h halfvec(3));
INSERT INTO sent VALUES (1, '[1,2,3]', '[1,2,3]'), (2, NULL, NULL), (3, '[1e-45,3.4028235e38]', '[65504,6e-8,-0]');
INSERT INTO sent SELECT 4, array_agg(sin(i)), NULL FROM generate_series(1, 16000) i;
CREATE TABLE received (LIKE sent);
SELECT current_setting('data_directory') || '/vecext_dense_copy' AS file \gset
COPY sent TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
COPY sent TO :'file';
COPY received FROM :'file';
SELECT id, count(*), bool_and(received.v IS NOT DISTINCT FROM sent.v AND received.h IS NOT DISTINCT FROM sent.h) AS same
	FROM sent JOIN received USING (id) GROUP BY id ORDER BY id;
COPY received (h) FROM stdin;
[1,2]
\.
COPY received (v) FROM stdin;
[1,2
\.
DROP TABLE sent, received;
