#!/usr/bin/env bash
# quickstart.test.sh: `make quickstart` finds what it promises, twice in a row, and
# what it leaves behind answers to the psql line that it prints.
. "$(dirname "$0")/../harness/tap.sh"

export VECEXT_STORAGE=$tap_work/storage VECEXT_PORT=$((40000 + $$ % 10000))
sidecar_stop() { "$repo/docs/quickstart/sidecar.sh" stop "$("$harness/server.sh" where "$VECEXT_STORAGE")"; }
trap 'sidecar_stop; tap_cleanup' EXIT
tap_servers+=(storage)
"$harness/server.sh" remove "$VECEXT_STORAGE"

# After the heading of the first search: a header, a rule, the best row.
best_of_first_search() { grep -A 3 '^Which function gives' <<<"$1" | tail -n 1 | cut -d '|' -f 1 | tr -d ' '; }

output=$("$repo/docs/quickstart/run.sh" 2>&1)
is "$?" 0 "the quickstart succeeds"
is "$(best_of_first_search "$output")" abs "the absolute value is abs"
like "$output" 'Custom Scan \(Vector Search\)' "the plan of a search with a WHERE is shown"
at_least "$(awk '$1 == "function" && $2 == "|" { print $3; exit }' <<<"$output")" 2500 "functions are loaded"

is "$(curl -s "http://127.0.0.1:$VECEXT_PORT/collections/catalog" | grep -o '"status":"green"')" '"status":"green"' "the collection is there"
is "$(grep -o '"name": *"[a-z]*trim[a-z]*"' <<<"$output" | head -n 1 | grep -c .)" 1 "the API's search finds a function that trims"
line=$(sed -n 's/^ *\(psql -h .* demo\)$/\1/p' <<<"$output")
is "$($line -XAtc "SELECT count(*) > 3500 FROM catalog_docs")" t "the printed psql line works"
$line -Xqc "CREATE DATABASE mine"

output=$("$repo/docs/quickstart/run.sh" 2>&1)
is "$?" 0 "a second run succeeds beside the running server"
is "$(best_of_first_search "$output")" abs "and finds the same"
is "$($line -XAtc "SELECT count(*) FROM pg_database WHERE datname = 'mine'")" 1 "and keeps other databases"

sidecar_stop
fails "stopped, the sidecar does not answer" curl -sf "http://127.0.0.1:$VECEXT_PORT/"
"$harness/server.sh" stop "$VECEXT_STORAGE"
fails "stopped, the server does not answer" $line -XAtc "SELECT 1"
done_testing
