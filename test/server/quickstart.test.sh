#!/usr/bin/env bash
# quickstart.test.sh: `make quickstart` finds what it promises, twice in a row, and
# what it leaves behind answers to the psql line that it prints.
. "$(dirname "$0")/../harness/tap.sh"

export VECEXT_STORAGE=$tap_work/storage
tap_servers+=(storage)
"$harness/server.sh" remove "$VECEXT_STORAGE"

# After the heading of the first search: a header, a rule, the best row.
best_of_first_search() { grep -A 3 '^Which function gives' <<<"$1" | tail -n 1 | cut -d '|' -f 1 | tr -d ' '; }

output=$("$repo/docs/quickstart/run.sh" 2>&1)
is "$?" 0 "the quickstart succeeds"
is "$(best_of_first_search "$output")" abs "the absolute value is abs"
at_least "$(awk '$1 == "function" && $2 == "|" { print $3; exit }' <<<"$output")" 2500 "functions are loaded"

line=$(sed -n 's/^ *\(psql -h .*\)/\1/p' <<<"$output")
is "$($line -XAtc "SELECT count(*) > 3500 FROM catalog_docs")" t "the printed psql line works"
$line -Xqc "CREATE DATABASE mine"

output=$("$repo/docs/quickstart/run.sh" 2>&1)
is "$?" 0 "a second run succeeds beside the running server"
is "$(best_of_first_search "$output")" abs "and finds the same"
is "$($line -XAtc "SELECT count(*) FROM pg_database WHERE datname = 'mine'")" 1 "and keeps other databases"

"$harness/server.sh" stop "$VECEXT_STORAGE"
fails "stopped, the server does not answer" $line -XAtc "SELECT 1"
done_testing
