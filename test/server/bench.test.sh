#!/usr/bin/env bash
# bench.test.sh: the benchmark client measures what it claims to: exact search has
# recall 1, an index nearly so, rows arrive, pages are counted, and a wrong plan or
# a wrong option is refused. Speed is not looked at.
. "$(dirname "$0")/../harness/tap.sh"

programs=$repo/build/bench
data=$tap_work/data
mkdir -p "$data"
build() {
	cmake -S "$repo/bench" -B "$programs" &&
		cmake --build "$programs" -j "$(nproc)" --target vecext-bench-data vecext-bench-client
}
ok "the programs build" build

generate() { "$programs/vecext-bench-data" generate --set c128 --dims 32 --output "$data/$1" "${@:2}"; }
truth() { "$programs/vecext-bench-data" truth --queries "$data/queries.fbin" --output "$data/$1" "${@:2}"; }
ok "data is generated" generate base.fbin --rows 3000
ok "and queries" generate queries.fbin --stream queries --rows 100
ok "and rows to insert" generate more.fbin --first 3000 --rows 200
ok "and ground truth" truth base.gt --base "$data/base.fbin"
ok "for the inserted rows, too" truth all.gt --base "$data/base.fbin" --base "$data/more.fbin"
ok "and for the cosine distance" truth cosine.gt --metric cosine --base "$data/base.fbin"

server_start bench autovacuum=off
client() { "$programs/vecext-bench-client" "$@" 2>"$data/stderr"; }
search() { client search --queries "$data/queries.fbin" "$@"; }
measured() { awk -F'\t' -v measure="$1" '$2 == measure { print $3 }'; }

ok "the table is loaded" client load --base "$data/base.fbin"
is "$(sql "SELECT count(*), min(vector_dims(v)), max(id) FROM bench_items")" "3000|32|2999" "with all rows"
is "$(search --exact yes --truth "$data/base.gt" | measured "recall of a sequential scan")" 1 \
	"exact search agrees with the ground truth"
is "$(search --exact yes --metric cosine --truth "$data/cosine.gt" | measured "recall of a sequential scan")" 1 \
	"by the cosine distance, too"
fails "and not with another's" search --exact yes --truth "$data/cosine.gt"
fails "a search that would not use the index is refused" search --truth "$data/base.gt"

ok "the index is built" client index
output=$(search --truth "$data/base.gt" --ef-search 10,200 --clients 2)
at_least "$(measured "ef 200: recall@10" <<<"$output")" 0.95 "the index finds the nearest rows"
at_least "$(measured "ef 200: CPU per query" <<<"$output")" 1 "CPU time is measured"
output=$(client examples --queries "$data/queries.fbin" --ef-search 200 --rounds 1 --sample 10)
at_least "$(measured "ef 200: best_score: recall@10" <<<"$output")" 0.9 "queries by examples are measured"
at_least "$(measured "best_score : nearest, CPU at ef 200" <<<"$output")" 0.1 "beside nearest ones"
output=$(client insert --base "$data/more.fbin")
at_least "$(measured "insert: WAL per row" <<<"$output")" 100 "WAL is measured"
is "$(sql "SELECT count(*), max(id) FROM bench_items")" "3200|3199" "rows are inserted"
is "$(search --exact yes --truth "$data/all.gt" | measured "recall of a sequential scan")" 1 "the right ones"
at_least "$(client pages --queries "$data/queries.fbin" --samples 3 | measured "page accesses per query, warm")" 5 \
	"pages are counted"
at_least "$(client scan --queries "$data/queries.fbin" | measured "SELECT max(id): CPU per row")" 1 "a scan is timed"
fails "an unknown option is refused" client scan --queries "$data/queries.fbin" --round 5

done_testing
