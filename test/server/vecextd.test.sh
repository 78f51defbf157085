#!/usr/bin/env bash
# vecextd.test.sh: the sidecar as a process: start, ports, configuration, one
# process for each storage, crashes of either half, orderly end, TLS, bad clients.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/place.sh"

[ -n "${VECEXTD_BUILT:-}" ] || make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { cat "$tap_work/build.log"; bail_out "the sidecar does not build"; }
program=$repo/build/cluster/vecextd
work=$(place "$tap_work")/run
rm -rf "$work"
mkdir -p "$work"
chmod 755 "$work"
cd "$work" || bail_out "no directory $work"
# Ports of a range of our own; the kernel hands out others.
port=$((20000 + $$ % 10000))
metrics_port=$((port + 1))
url=http://127.0.0.1:$port
export VECEXT__POSTGRES__BIN_DIR=$STAGE_BIN VECEXT__POSTGRES__SHARED_BUFFERS_MB=32
export QDRANT__SERVICE__HTTP_PORT=$port QDRANT__SERVICE__GRPC_PORT=$((port + 10000)) QDRANT__SERVICE__HOST=127.0.0.1 VECEXT__POSTGRES__SETTINGS__FSYNC=off
export NO_PROXY=127.0.0.1
pids=()

end_all() {
	local pid
	for pid in ${pids[@]+"${pids[@]}"}; do kill -9 "$pid" 2>/dev/null; done
	[ "$tap_failures" = 0 ] || tail -n 40 "$work"/*.log | sed 's/^/# /'
	tap_cleanup
}
trap end_all EXIT

# launch LOG [flag ...]: in the background; sets pid.
launch() {
	"$program" "${@:2}" >"$1.log" 2>&1 &
	pid=$!
	pids+=("$pid")
}

# wait_until SECONDS COMMAND...
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

get() { curl -s -m 20 "$@"; }
status() { curl -s -m 20 -o /dev/null -w '%{http_code}' "$@"; }
ready() { [ "$(status "$url/readyz")" = 200 ]; }
postgres_pid() { head -1 "$work/storage/postgres/data/postmaster.pid" 2>/dev/null; }
# Processes of PostgreSQL that work in our storage.
postgres_count() { find /proc/[0-9]*/cwd -maxdepth 0 -lname "$work/storage/postgres/data" 2>/dev/null | wc -l; }
has_postgres() { [ "$(postgres_count)" -gt 1 ]; }
no_postgres() { [ "$(postgres_count)" = 0 ]; }
gone() { ! kill -0 "$1" 2>/dev/null; }
# raw TEXT [SECONDS]: sends bytes, prints what comes back until the end.
raw() {
	exec 8<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf '%b' "$1" >&8
	timeout "${2:-10}" cat <&8
	exec 8>&-
}

# ---- start and routes ----

launch first
wait_until 60 ready || { cat first.log; bail_out "vecextd does not start"; }
is "$(get "$url/")" '{"title":"qdrant - vector search engine","version":"1.19.0"}' "the root tells title and version"
is "$(get "$url/healthz")" "healthz check passed" "it is healthy"
is "$(get "$url/readyz")" "all shards are ready" "it is ready"
ok "start-up is marked by a file" test -e .qdrant-initialized
like "$(get "$url/cluster")" '"result":\{"status":"disabled"\},"status":"ok"' "there is no cluster"
is "$(status "$url/nowhere")" 404 "an unknown route is 404"
is "$(get "$url/nowhere")" "" "with an empty body"
is "$(status -X POST "$url/cluster/recover")" 405 "cluster calls are 405"
like "$(get "$url/snapshots")" 'not supported' "snapshots are refused"
like "$(get "$url/telemetry?details_level=3")" '"recovery_mode":false' "telemetry has features"
like "$(get "$url/metrics")" 'app_info\{name="qdrant",version="1.19.0"\} 1' "metrics have the version"
like "$(get "$url/metrics")" 'process_open_fds [0-9]+' "and figures of the process"
is "$(get "$url/metrics" | grep -c '^# TYPE ')" "$(get "$url/metrics" | grep '^# TYPE ' | sort -u | wc -l)" "no family comes twice"
is "$(get -X POST "$url/logger" -d '{"log_level":"WARN"}' | grep -o '"result":true')" '"result":true' "the log level can be changed"
like "$(get "$url/logger")" '"log_level":"WARN"' "and asked for"
is "$(status -X POST "$url/logger" -d '{"log_level":')" 400 "a broken body is 400"

# ---- queries: what is refused, and with which words ----

get -X PUT "$url/collections/q" -d '{"vectors":{"a":{"size":2,"distance":"Cosine"},"b":{"size":3,"distance":"Dot"}}}' >/dev/null
get -X PUT "$url/collections/q/points?wait=true" -d '{"points":[{"id":1,"vector":{"a":[1,0],"b":[1,2,3]}},{"id":2,"vector":{"a":[0,1]}},{"id":3,"vector":{"a":[1,1]}}]}' >/dev/null
# refused STATUS TEXT BODY [PATH]: the error of a query, whole.
refused() {
	is "$(get -w ' %{http_code}' -X POST "$url/collections/q/points/${4:-query}" -d "$3" | sed -E 's/^\{"status":\{"error":"(.*)"\},"time":[^}]*\}/\1/')" "$2 $1" "${4:-query} $3 is refused"
}
wrong='Wrong input:' bad='Bad request:'
refused 400 "$bad A query is needed to merge the prefetches. Can't have prefetches without defining a query." '{"prefetch":{"query":1}}'
refused 400 "$bad A query is needed to merge the prefetches. Can't have prefetches without defining a query." '{"prefetch":{"prefetch":{}},"query":{"fusion":"rrf"}}'
refused 400 "$bad A query is needed to use the score_threshold. Can't have score_threshold without defining a query." '{"score_threshold":1}'
refused 400 "$bad Can't use score_threshold with an order_by query." '{"query":{"order_by":"n"},"score_threshold":1}'
refused 400 "$bad Fusion queries cannot be combined with the 'using' field." '{"prefetch":{},"query":{"fusion":"rrf"},"using":"a"}'
refused 400 "$wrong Validation failed: cannot apply Fusion without prefetches" '{"query":{"fusion":"dbsf"}}'
refused 400 "$wrong Validation failed: cannot apply Fusion without prefetches" '{"query":{"rrf":{"k":5}}}'
refused 400 "$wrong The number of weights (3) must match the number of prefetches (2)" '{"prefetch":[{},{}],"query":{"rrf":{"weights":[1,2,3]}}}'
refused 400 "$wrong Not existing vector name error: c" '{"query":[1,2],"using":"c"}'
refused 400 "$wrong Not existing vector name error: " '{"query":[1,2]}'
refused 400 "$wrong Vector dimension error: expected dim: 2, got 3" '{"query":[1,2,3],"using":"a"}'
refused 400 "$wrong Vector dimension error: expected dim: 2, got 1" '{"query":{"recommend":{"positive":[1],"negative":[[1]]}},"using":"a"}'
refused 400 "$wrong Vector dimension error: expected dim: 2, got 3" '{"query":{"discover":{"target":[1,2],"context":[{"positive":1,"negative":[1,2,3]}]}},"using":"a"}'
refused 404 'Not found: No point with id 9 found' '{"query":9,"using":"a"}'
refused 404 'Not found: No point with id 9 found' '{"prefetch":{"query":{"context":{"positive":1,"negative":9}},"using":"a"},"query":1,"using":"a"}'
refused 404 'Not found: Vector with name \"b\" for point' '{"query":2,"using":"b"}'
refused 404 'Not found: Vector with name \"b\" for point' '{"query":{"discover":{"target":2,"context":null}},"using":"b"}'
refused 400 "$wrong Validation failed: Positive vectors should not be empty with \`average\` strategy" '{"query":{"recommend":{"positive":[2]}},"using":"b"}'
refused 400 "$wrong Validation failed: Positive vectors should not be empty with \`average\` strategy" '{"query":{"recommend":{"negative":[1]}},"using":"a"}'
refused 404 'Not found: Collection nowhere not found' '{"query":1,"using":"a","lookup_from":{"collection":"nowhere"}}'
refused 400 "$wrong Not existing vector name error: z" '{"query":1,"using":"a","lookup_from":{"collection":"q","vector":"z"}}'
refused 400 "$wrong Searching sparse vectors is not supported by this version of vecext" '{"query":{"indices":[1],"values":[1]},"using":"a"}'
refused 400 "$wrong Searching multivectors is not supported by this version of vecext" '{"query":[[1,2]],"using":"a"}'
refused 400 "$wrong Inference is not supported by this version of vecext" '{"query":{"text":"x","model":"m"},"using":"a"}'
refused 422 'Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]' '{"query":1,"limit":0}'
refused 422 'Validation error in JSON body: [internal.query.mmr.candidates_limit: value 16385 invalid, must be from 0 to 16384]' '{"query":{"nearest":1,"mmr":{"candidates_limit":16385}}}'
refused 400 "$bad At least one positive vector ID required with this strategy" '{"negative":[1],"limit":1}' recommend
refused 400 "$bad At least one positive or negative vector ID required with this strategy" '{"strategy":"best_score","limit":1}' recommend
refused 400 "$bad target and/or context_pairs must be specified" '{"limit":1}' discover
deep='{"query":1,"using":"a"}'
for _ in $(seq 64); do deep='{"query":1,"using":"a","prefetch":'$deep'}'; done
is "$(status -X POST "$url/collections/q/points/query" -d "$deep")" 200 "64 prefetches within each other are carried out"
refused 400 "$wrong Validation failed: prefetches depth 65 exceeds max depth 64" '{"query":1,"using":"a","prefetch":'"$deep"'}'
# older CALL BODY UNIVERSAL: an older endpoint answers what the universal query does.
ids() { grep -o '"id":[0-9]*,"version":[0-9]*,"score":[-0-9.e]*' | tr '\n' ' '; }
older() {
	local wanted
	wanted=$(get -X POST "$url/collections/q/points/query" -d "$3" | ids)
	like "$wanted" '^"id":' "$1: there is an answer"
	is "$(get -X POST "$url/collections/q/points/$1" -d "$2" | ids)" "$wanted" "$1 answers like query"
	is "$(get -X POST "$url/collections/q/points/$1/batch" -d "{\"searches\":[$2,$2]}" | ids)" "$wanted$wanted" "so does its batch"
}
older search '{"vector":{"name":"a","vector":[1,2]},"limit":2,"offset":1}' '{"query":[1,2],"using":"a","limit":2,"offset":1}'
older recommend '{"positive":[1],"negative":[2],"using":"a","limit":5}' '{"query":{"recommend":{"positive":[1],"negative":[2]}},"using":"a"}'
older recommend '{"positive":[1],"strategy":"sum_scores","using":"a","limit":5}' '{"query":{"recommend":{"positive":[1],"strategy":"sum_scores"}},"using":"a"}'
older discover '{"target":[1,0.5],"context":[{"positive":1,"negative":2}],"using":"a","limit":5}' '{"query":{"discover":{"target":[1,0.5],"context":[{"positive":1,"negative":2}]}},"using":"a"}'
older discover '{"context":[{"positive":1,"negative":2}],"using":"a","limit":5}' '{"query":{"context":[{"positive":1,"negative":2}]},"using":"a"}'

# ---- HTTP ----

like "$(curl -s -m 20 -i -X OPTIONS -H 'Origin: http://a' -H 'Access-Control-Request-Method: PUT' "$url/collections")" 'access-control-allow-methods' "a preflight request is answered"
is "$(curl -s -m 20 -I "$url/" | tr -d '\r' | grep -ci '^content-length: [1-9]')" 1 "HEAD has the length and no body"
like "$(raw 'GARBAGE\r\n\r\n')" '^HTTP/1.1 400' "garbage is 400"
is "$(raw 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' | grep -c 'healthz check passed')" 2 "pipelined requests are answered in order"
like "$(raw 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n')" 'JSON payload \(99999999999 bytes\) is larger than allowed \(limit: 33554432 bytes\)' "a huge body is refused by its announced size"
like "$(head -c 34000000 /dev/zero | curl -s -m 20 -w '%{http_code}' -X POST -H 'Transfer-Encoding: chunked' --data-binary @- "$url/logger")" 'JSON payload has exceeded limit \(33554432 bytes\)\..*400$' "so is one that turns out to be"
is "$(echo '{"log_level":"INFO"}' | gzip | curl -s -m 20 -X POST -H 'Content-Encoding: gzip' --data-binary @- "$url/logger" | grep -o '"result":true')" '"result":true' "a request may come in gzip"
is "$(curl -s -m 20 -o /dev/null -w '%{http_code}' -X POST -H 'Content-Encoding: gzip' --data 'no gzip' "$url/logger")" 400 "what is not gzip is 400"
began=$SECONDS
is "$(raw 'GET / HTTP/1.1\r\nHost: a\r\nX-' 20)" "" "who never ends a header is dropped"
at_least $((11 - (SECONDS - began))) 1 "in time"

# ---- one process for each storage ----

QDRANT__SERVICE__HTTP_PORT=$((port + 5)) "$program" >second.log 2>&1
is $? 1 "a second process on the storage ends with status 1"
like "$(cat second.log)" "storage: is in use by process $pid" "and names the first"
VECEXT__POSTGRES__URL=host=/nowhere QDRANT__STORAGE__STORAGE_PATH=./other timeout 30 "$program" >nowhere.log 2>&1
is $? 1 "so does one without its PostgreSQL"

# ---- configuration ----

is "$("$program" --version | grep -c '^vecextd ')" 1 "it tells its version"
"$program" --no-such-flag >flag.log 2>&1
is $? 2 "an unknown flag is status 2"
for flag in "--uri http://a:1" "--bootstrap http://a:1" "--snapshot a:b" "--storage-snapshot a" --reinit; do
	# shellcheck disable=SC2086 # flag and value
	is "$("$program" $flag 2>&1 | grep -c -e "${flag%% *} is not supported")" 1 "${flag%% *} is refused"
done
is "$(QDRANT__SERVICE__HTTP_PORT=none "$program" 2>&1)" 'vecextd: QDRANT__SERVICE__HTTP_PORT: service.http_port: "none" is not an integer from 0 to 65535' "a wrong value is named with its source"
is "$(QDRANT__CLUSTER__ENABLED=true "$program" 2>&1 | grep -c 'single node')" 1 "cluster mode is refused"

# ---- PostgreSQL dies: it comes back and requests wait for it ----

count() { get -X POST "$@" "$url/collections/c/points/count" -d '{}' | grep -o '"count":[0-9]*'; }
is "$(status -X PUT "$url/collections/c" -d '{"vectors":{"size":2,"distance":"Dot"}}')" 200 "a collection is created"
is "$(status -X PUT "$url/collections/c/points?wait=true" -d '{"points":[{"id":1,"vector":[1,2]}]}')" 200 "and gets a point"
like "$(get "$url/metrics?per_collection=true")" 'rest_responses_total\{method="PUT",endpoint="/collections/\{collection_name\}/points",status="200",collection="c"\} 1' "metrics can tell collections apart"
like "$(get "$url/metrics")" 'rest_responses_total\{method="PUT",endpoint="/collections/\{collection_name\}/points",status="200"\} [0-9]+' "and do not unless they are asked to"
former=$(postgres_pid)
kill -9 "$former"
is "$(count)" '"count":1' "a request waits for PostgreSQL to come back"
restarted() { [ -n "$(postgres_pid)" ] && [ "$(postgres_pid)" != "$former" ] && [ -n "$(count)" ]; }
ok "PostgreSQL is another process" wait_until 30 restarted
ok "the sidecar lives" kill -0 "$pid"

# ---- formulas, groups, matrices ----

is "$(status -X PUT "$url/collections/f" -d '{"vectors":{"size":2,"distance":"Dot"}}')" 200 "a collection for formulas"
is "$(status -X PUT "$url/collections/f/points?wait=true" -d '{"points":[
	{"id":1,"vector":[1,0],"payload":{"n":1,"g":"a","t":"x"}}, {"id":2,"vector":[2,0],"payload":{"n":0,"g":["a",7],"m":[1,2]}},
	{"id":3,"vector":[3,0],"payload":{"n":4,"g":7}}, {"id":4,"vector":[4,0]}]}')" 200 "and its points"
# post PATH BODY: the answer from its result on, without the time, and the status
post() { get -w ' %{http_code}' -X POST "$url/collections/f/points/$1" -d "$2" | sed 's/,"time":[0-9.e-]*//; s/"time":[0-9.e-]*,//'; }
# formula EXPRESSION [MORE]: on the three points with payload, by n
formula() { post query '{"prefetch":{"query":[1,0],"limit":10,"filter":{"must":{"has_id":[1,2,3]}}},"query":{"formula":'"$1"'}'"${2:-}"'}'; }
scores() { formula "$@" | grep -oE '"(id|score)":[-0-9.]*' | sed 's/.*://' | paste -sd ' '; }
refused() { formula "$@" | sed -E 's/.*"error":"(.*)"\}.* ([0-9]+)$/\2 \1/'; }
is "$(scores '{"sum":["$score",{"mult":[10,"n"]}]}')" "3 43.0 1 11.0 2 2.0" "a formula scores what the prefetch found"
is "$(scores '{"neg":"$score"}' ',"limit":1,"offset":1')" "2 -2.0" "its results have pages"
is "$(scores '{"sum":["$score",{"key":"g","match":{"value":"a"}},{"has_id":[3]}]}')" "3 4.0 2 3.0 1 2.0" "conditions count 1"
is "$(refused '"m"')" '400 Wrong input: Expected number value for m in the payload and/or in the formula defaults. Error: No value found in a payload nor defaults' "a missing field is 400"
is "$(refused '{"mult":[{"has_id":[2]},"m"]}')" '400 Wrong input: Expected number value for m in the payload and/or in the formula defaults. Error: Value is not a number' "so is one with several values"
is "$(refused '{"div":{"left":1,"right":"n"}}')" '400 Wrong input: The expression 1/0 = inf produced a non-finite number' "and a division by zero"
is "$(refused '{"lin_decay":{"x":1,"midpoint":2}}')" '400 Wrong input: Validation failed: Linear decay midpoint should be in the range [0.0, 1.0], got 2.' "and a wrong midpoint"
is "$(refused '"$rank"')" '400 Wrong input: Validation failed: failed to parse variable ID $rank: Invalid reserved word: $rank' "and a reserved word"
like "$(refused '{"frobnicate":1}')" '^400 Format error in JSON body: .*data did not match any variant of untagged enum Expression$' "and what is no expression"
like "$(post query '{"query":{"formula":1}}')" 'cannot apply Formula without prefetches".* 400$' "a formula needs a prefetch"
is "$(post query/groups '{"query":[1,0],"group_by":"g","group_size":1,"with_payload":["n"]}')" \
	'{"result":{"groups":[{"hits":[{"id":3,"version":1,"score":3.0,"payload":{"n": 4}}],"id":7},{"hits":[{"id":2,"version":1,"score":2.0,"payload":{"n": 0}}],"id":"a"}]},"status":"ok"} 200' "groups by text and number"
like "$(post search/groups '{"vector":[1,0],"group_by":"g","limit":1,"group_size":2,"with_lookup":"c"}')" '"id":7\}\]' "a group without a point of its id has no lookup"
like "$(post search/groups '{"vector":[1,0],"group_by":"n","limit":9,"group_size":1,"with_lookup":{"collection":"c","with_vectors":true}}')" '"id":1,"lookup":\{"id":1,.*"vector":\[1.0,2.0\]' "one with it has"
like "$(post query/groups '{"query":[1,0],"group_by":"g","with_lookup":"nowhere"}')" 'Not found: Collection nowhere not found".* 404$' "a lookup in no collection is 404"
like "$(post query/groups '{"query":[1,0],"group_by":"g","group_size":0}')" 'group_size: value 0 invalid, must be 1 or larger.* 422$' "a group of no points is 422"
is "$(post search/matrix/pairs '{"sample":10,"limit":1,"filter":{"must":{"has_id":[1,3,4]}}}')" \
	'{"result":{"pairs":[{"a":1,"b":4,"score":4.0},{"a":3,"b":4,"score":12.0},{"a":4,"b":3,"score":12.0}]},"status":"ok"} 200' "a matrix as pairs"
is "$(post search/matrix/offsets '{"sample":10,"limit":1,"filter":{"must":{"has_id":[1,3,4]}}}')" \
	'{"result":{"offsets_row":[0,1,2],"offsets_col":[2,2,1],"scores":[4.0,12.0,12.0],"ids":[1,3,4]},"status":"ok"} 200' "and as offsets"
is "$(post search/matrix/pairs '{"filter":{"must":{"has_id":[1]}}}')" '{"result":{"pairs":[]},"status":"ok"} 200' "of one point it is empty"
is "$(status -X PATCH "$url/collections/f" -d '{"strict_mode_config":{"enabled":true,"unindexed_filtering_retrieve":false,"max_query_limit":20}}')" 200 "strict mode"
is "$(refused '{"sum":["$score","n"]}')" '400 Bad request: Index required but not found for \"n\" of one of the following types: [integer, float]. Help: Create an index for this key or use a different formula expression.' "wants indexes for formulas"
like "$(post query/groups '{"query":[1,0],"group_by":"g"}')" 'Limit exceeded 30 > 20 for \\"limit\\".* 400$' "counts groups times their size"
like "$(post query/groups '{"query":[1,0],"group_by":"g","limit":2}')" 'Index required but not found for \\"g\\" of one of the following types: \[keyword, integer, uuid\].* 400$' "and wants an index for groups"
is "$(status -X DELETE "$url/collections/f")" 200 "it goes again"

# ---- the sidecar dies: PostgreSQL goes with it ----

ok "PostgreSQL runs" wait_until 10 has_postgres
kill -9 "$pid"
wait "$pid" 2>/dev/null
ok "no PostgreSQL outlives the sidecar" wait_until 10 no_postgres
launch restart --config-path settings.yaml
wait "$pid"
is $? 1 "a configuration file that is named must exist"

# ---- a file, keys, another port for metrics; orderly end ----

cat >settings.yaml <<-END
	log_level: INFO,postgres=warn
	logger: {format: json}
	service:
	  api_key: secret
	  read_only_api_key: reader
	  metrics_port: $metrics_port
	  metrics_prefix: node_
	  unknown_key: 1
END
launch restart --config-path settings.yaml
ok "it starts again after kill -9 of everything" wait_until 60 ready
like "$(cat restart.log)" '"level":"WARN","fields":\{"message":"settings.yaml line 8: unknown setting service.unknown_key is ignored"\},"target":"vecextd"' "unknown settings are warned about, in JSON"
is "$(get "$url/collections")" "Must provide an API key or an Authorization bearer token" "no key, no entry"
is "$(status "$url/collections")" 401 "with 401"
is "$(status -H 'api-key: reader' "$url/collections")" 200 "a reader may list"
is "$(status -H 'Authorization: Bearer secret' "$url/collections")" 200 "a bearer may list"
is "$(count -H 'api-key: reader')" '"count":1' "and counts what was acknowledged"
like "$(get -X PUT -H 'api-key: reader' "$url/collections/d" -d '{}')" '"error":"Forbidden: Global manage access is required"' "a reader may not create"
is "$(status -H 'api-key: reader' "http://127.0.0.1:$metrics_port/metrics")" 200 "metrics have a port of their own"
is "$(get -H 'api-key: reader' "http://127.0.0.1:$metrics_port/metrics" | grep -v '^#' | grep -cv '^node_')" 0 "and the prefix that is asked for"
is "$(status -H 'api-key: reader' "http://127.0.0.1:$metrics_port/collections")" 404 "with nothing else"
exec 7<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /telemetry HTTP/1.1\r\nHost: a\r\napi-key: secret\r\nContent-Length: 2\r\n\r\n{' >&7
sleep 0.3
kill -TERM "$pid"
sleep 0.3
printf '}' >&7
like "$(timeout 10 cat <&7)" '^HTTP/1.1 200.*"status":"ok"' "SIGTERM lets a request end"
exec 7>&-
wait "$pid"
is $? 0 "and ends with status 0"
ok "PostgreSQL is shut down" no_postgres
is "$(grep -c 'did not end in time' restart.log)" 0 "in time"

# ---- a PostgreSQL that is there already ----

server_start existing fsync=off
launch existing --postgres-url "host=$PGHOST port=$PGPORT user=postgres dbname=postgres"
ok "it uses an existing PostgreSQL" wait_until 60 ready
is "$(status -X PUT "$url/collections/there" -d '{"vectors":{"size":2,"distance":"Dot"}}')" 200 "collections are made there"
is "$(sql 'SELECT count(*) FROM qdrant.there')" 0 "and are seen in psql"
ok "and no PostgreSQL of our own runs" no_postgres
first=$pid
QDRANT__SERVICE__HTTP_PORT=$((port + 2)) QDRANT__SERVICE__GRPC_PORT=$((port + 10002)) QDRANT__STORAGE__STORAGE_PATH=second launch second \
	--postgres-url "host=$PGHOST port=$PGPORT user=postgres dbname=postgres"
wait "$pid"
is $? 1 "a second sidecar on the same database ends"
like "$(tail -n 1 second.log)" 'another vecextd uses the database "postgres"' "and says why"
pid=$first
kill -TERM "$pid"
wait "$pid"
is $? 0 "it ends and leaves that PostgreSQL alone"
is "$(sql 'SELECT 1')" 1 "which runs on"
launch starting
wait_until 20 grep -q 'starting PostgreSQL' starting.log
kill -TERM "$pid"
wait "$pid"
is $? 0 "a signal during the start ends it"
ok "with its PostgreSQL" wait_until 10 no_postgres

# ---- TLS ----

openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout key.pem -out one.pem >/dev/null 2>&1
openssl req -x509 -key key.pem -days 1 -subj /CN=localhost -set_serial 4711 -out two.pem >/dev/null 2>&1
cp one.pem cert.pem
export QDRANT__SERVICE__ENABLE_TLS=true QDRANT__TLS__CERT=cert.pem QDRANT__TLS__KEY=key.pem QDRANT__TLS__CERT_TTL=1
secure=https://127.0.0.1:$port
QDRANT__STORAGE__RECOVERY_MODE='too little memory' launch tls
ok "it starts with TLS" wait_until 60 curl -skf -m 5 "$secure/readyz"
is "$(get -k "$secure/healthz")" "healthz check passed" "TLS is served"
is "$(status "$url/healthz")" 000 "plain HTTP is not"
like "$(get -k -w '%{http_code}' -X POST "$secure/collections/c/points/count" -d '{}')" 'too little memory.*500$' "in recovery mode points are out of reach"
like "$(get -k "$secure/collections")" '"name":"c"' "but collections are listed"
like "$(get -k "$secure/metrics")" 'app_status_recovery_mode 1' "and metrics tell"
serial() { openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
before=$(serial)
cp two.pem cert.pem
new_certificate() { [ "$(serial)" = serial=1267 ]; }
ok "a new certificate is taken" wait_until 10 new_certificate
like "$before" '^serial=' "instead of the old one"
kill -TERM "$pid"
wait "$pid"
is $? 0 "it ends with TLS, too"
export QDRANT__SERVICE__VERIFY_HTTPS_CLIENT_CERTIFICATE=true QDRANT__TLS__CA_CERT=two.pem
launch mtls
ok "with client certificates" wait_until 60 curl -skf -m 5 --cert two.pem --key key.pem "$secure/readyz"
is "$(status -k "$secure/healthz")" 000 "who has none is refused"
kill -TERM "$pid"
wait "$pid"
is $? 0 "and it ends"
QDRANT__TLS__CERT=absent.pem "$program" >absent.log 2>&1
is $? 1 "a missing certificate is status 1"
like "$(cat absent.log)" 'TLS certificate absent.pem: No such file or directory' "and named"
done_testing
