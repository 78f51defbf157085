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

# ---- plots: of records as the programs print them, by tables.awk ----

section() { # SCENARIO, records on standard input
	printf '### %s\n\n`bench/run N=3000 %s` on a machine.\n\n' "$1" "$1"
	awk -v scenario="$1" -v targets="$repo/bench/report/targets" -f "$repo/bench/report/tables.awk"
	printf '\n<!-- end of %s -->\n' "$1"
}
record() { printf '%s\t%s\t%s\t%s\n' "$@"; }
curve() { record "$1" "$2ef 40: recall@10" "$3" ''; record "$1" "$2ef 40: queries per second" "$4" 1/s; }
{
	{ record vecext "build time" 9 s; curve vecext '' 0.95 2000; curve vecext '2 clients, ' 0.95 4100; curve hnswlib '' 0.9 500; } | section search-c128
	for share in 0.01 1 50; do
		for system in vecext 'vecext, bitmap and sort'; do
			record "$system" "independent, $share %: recall@10" 0.98 ''
			record "$system" "independent, $share %: queries per second" 1500 1/s
		done
	done | section filter-c768
	{ curve vecext 'HTTP, 1 connections, ' 0.97 1200; curve vecext 'gRPC, 1 connections, ' 0.97 1300; } | section grpc-c768
} >"$data/tables.md"
mkdir -p "$data/plots"
touch "$data/plots/stale.svg"
ok "plots are drawn of tables" "$repo/bench/report/plots" "$data/plots" "$data/tables.md"
is "$(cd "$data/plots" && echo *.svg)" "build.svg filter-c768.svg grpc-c768.svg search-c128.svg" "those that the tables suffice for"
ok "as XML" python3 -c 'import sys, xml.dom.minidom as x; [x.parse(f) for f in sys.argv[1:]]' "$data"/plots/*.svg
marks() { grep -c "<$2 class=\"c[0-9]" "$data/plots/$1.svg"; }
is "$(marks search-c128 circle)" 2 "a mark for each point of one client"
is "$(marks filter-c768 circle)" 12 "for each share of rows"
is "$(marks grpc-c768 rect)" 2 "and a bar for each interface"
is "$(grep -oE '>(3,000 vectors|.*gRPC|HTTP|.*hnswlib)' "$data"/plots/{grpc-c768,search-c128}.svg | wc -l)" 3 "legends name them"
recall_place() { sed -n "s/.*<circle class=\"c$1\" cx=\"\([0-9.]*\)\".*/\1/p" "$data/plots/search-c128.svg"; }
at_least "$(awk -v a="$(recall_place 0)" -v b="$(recall_place 2)" 'BEGIN { print a - b }')" 100 "what has more recall stands to the right"

done_testing
