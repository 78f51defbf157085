#!/usr/bin/env bash
# filter_property.test.sh: random filters on random payloads find the rows that the
# reference evaluator (filter/reference.py) finds: by payload_match() and rendered
# as SQL, without index and with one on each field, with constants, in generic and
# in custom plans, and in the node Vector Search by each of its strategies.
. "$(dirname "$0")/../harness/tap.sh"

seed=${VECEXT_SEED:-$RANDOM}
cases=$tap_work/cases
mkdir -p "$cases"
PYTHONDONTWRITEBYTECODE=1 python3 "$repo/test/server/filter/random_cases.py" "$seed" 300 "$(scaled 200)" "$cases" || bail_out "no cases"

server_start property fsync=off autovacuum=off jit=off
sql "CREATE EXTENSION vecext;
	CREATE TABLE plain (id int, payload jsonb, v vector(3));
	CREATE TABLE filters (n int, filter jsonb, field_schema jsonb, condition text, parameters text[], ids int[])"
sql "COPY plain (id, payload) FROM STDIN" <"$cases/payloads.tsv"
sql "COPY filters FROM STDIN" <"$cases/filters.tsv"
sql "UPDATE plain SET v = ARRAY[id % 7, id % 11, id]::vector;
	CREATE TABLE indexed AS SELECT * FROM plain WHERE id % 10 > 0;
	CREATE INDEX ON indexed USING hnsw (v vector_l2_ops);
	CREATE INDEX ON indexed USING gin (payload payload_keyword_ops (path = 'city'));
	CREATE INDEX ON indexed USING gin (payload payload_integer_ops (path = 'n'));
	CREATE INDEX ON indexed USING gin (payload payload_float_ops (path = 'f'));
	CREATE INDEX ON indexed USING gin (payload payload_bool_ops (path = '\"on\"'));
	CREATE INDEX ON indexed USING gin (payload payload_datetime_ops (path = 'since'));
	CREATE INDEX ON indexed USING gin (payload payload_uuid_ops (path = 'ref'));
	CREATE INDEX ON indexed USING gin (payload payload_geo_ops (path = 'at'));
	CREATE INDEX ON indexed USING gin (payload payload_text_ops (path = 'text', parameters = '{\"min_token_len\": 2}'));
	CREATE INDEX ON indexed USING gin (payload payload_integer_ops (path = 'list[].k'));
	CREATE INDEX ON indexed USING gin (payload payload_keyword_ops (path = 'list[].c'));
	CREATE INDEX ON indexed USING gin (payload payload_text_ops (path = 'list[].t', parameters = '{}'));
	INSERT INTO indexed SELECT * FROM plain WHERE id % 10 = 0;
	ANALYZE"

# found(QUERY) and prepared(QUERY, PARAMETERS): the ids that the query finds;
# written_in(): a condition with its parameters as constants.
sql "CREATE FUNCTION found(query text) RETURNS int[] LANGUAGE plpgsql AS \$\$
	DECLARE ids int[];
	BEGIN
		EXECUTE 'SELECT coalesce(array_agg(id ORDER BY id), ''{}'') FROM (' || query || ') AS q' INTO ids;
		RETURN ids;
	END \$\$;
	CREATE FUNCTION written_in(condition text, parameters text[]) RETURNS text LANGUAGE plpgsql AS \$\$
	BEGIN
		FOR i IN REVERSE cardinality(parameters)..1 LOOP
			condition := replace(condition, '\$' || i, quote_literal(parameters[i]) || '::jsonb');
		END LOOP;
		RETURN condition;
	END \$\$;
	CREATE FUNCTION prepared(query text, parameters text[]) RETURNS int[] LANGUAGE plpgsql AS \$\$
	DECLARE types text := ''; given text := ''; ids int[];
	BEGIN
		IF cardinality(parameters) > 0 THEN
			types := '(' || rtrim(repeat('jsonb,', cardinality(parameters)), ',') || ')';
			SELECT '(' || string_agg(quote_literal(p), ',' ORDER BY i) || ')' INTO given FROM unnest(parameters) WITH ORDINALITY AS u (p, i);
		END IF;
		EXECUTE 'PREPARE by_filter ' || types || ' AS SELECT coalesce(array_agg(id ORDER BY id), ''{}'') FROM (' || query || ') AS q';
		EXECUTE 'EXECUTE by_filter ' || given INTO ids;
		DEALLOCATE by_filter;
		RETURN ids;
	END \$\$" >/dev/null

# check WHAT SETTINGS EXPRESSION: of all filters, EXPRESSION gives the ids expected.
check() {
	local wrong
	wrong=$(sql "$2; SELECT n, filter, written_in(condition, parameters), 'found', got, 'expected', ids
		FROM filters, LATERAL (SELECT $3 AS got) AS g WHERE got IS DISTINCT FROM ids LIMIT 2" 2>&1)
	is "$wrong" "" "$1 (seed $seed)"
}

no_seqscan="SET enable_seqscan = off"
ordered="ORDER BY v <-> ''[3,4,50]'' LIMIT 1000"
check "payload_match() without index" "" "found(format('SELECT id FROM plain WHERE payload_match(payload, %L, %L)', filter, field_schema))"
check "rendered, without index" "" "found('SELECT id FROM plain WHERE ' || written_in(condition, parameters))"
check "payload_match() with indexes" "$no_seqscan" "found(format('SELECT id FROM indexed WHERE payload_match(payload, %L, %L)', filter, field_schema))"
check "rendered, with indexes" "$no_seqscan" "found('SELECT id FROM indexed WHERE ' || written_in(condition, parameters))"
check "generic plans" "$no_seqscan; SET plan_cache_mode = force_generic_plan" "prepared('SELECT id FROM indexed WHERE ' || condition, parameters)"
check "custom plans" "$no_seqscan; SET plan_cache_mode = force_custom_plan" "prepared('SELECT id FROM indexed WHERE ' || condition, parameters)"
check "generic plans as the planner likes them" "SET plan_cache_mode = force_generic_plan" "prepared('SELECT id FROM indexed WHERE ' || condition, parameters)"
for strategy in auto lazy steered exact table; do
	check "Vector Search, strategy $strategy" "SET vecext.filter_strategy = '$strategy'; SET enable_sort = off" \
		"found('SELECT id FROM indexed WHERE ' || written_in(condition, parameters) || ' $ordered')"
done
check "Vector Search in generic plans" "SET plan_cache_mode = force_generic_plan; SET enable_sort = off" \
	"prepared('SELECT id FROM indexed WHERE ' || condition || ' $ordered', parameters)"

# the test is worth its time only if indexes and the node are used, and rows found
sql "CREATE FUNCTION plans_with(pattern text, query text) RETURNS bigint LANGUAGE plpgsql AS \$\$
	DECLARE f record; line text; n bigint := 0;
	BEGIN
		FOR f IN SELECT * FROM filters LOOP
			FOR line IN EXECUTE format('EXPLAIN ' || query, written_in(f.condition, f.parameters)) LOOP
				IF line ~ pattern THEN n := n + 1; EXIT; END IF;
			END LOOP;
		END LOOP;
		RETURN n;
	END \$\$"
is "$(sql "$no_seqscan; SELECT plans_with('Bitmap Index Scan', 'SELECT id FROM indexed WHERE %s') > count(*) / 4 FROM filters")" t "many filters use an index"
is "$(sql "SET enable_sort = off; SELECT plans_with('Vector Search', 'SELECT id FROM indexed WHERE %s $(sed "s/''/'/g; s/'/''/g" <<<"$ordered")') > count(*) / 2 FROM filters")" t "most filters use the node"
is "$(sql "SELECT count(*) > (SELECT count(*) / 2 FROM filters) FROM filters WHERE cardinality(ids) > 0")" t "most filters find rows"
done_testing
