#!/usr/bin/env bash
# hnsw_pauses.test.sh: sessions are stopped at given points of a scan, a merge, a
# VACUUM, a build (src/pg/injection.h), others do meanwhile what could hurt, or the
# server is killed there: what the stopped session, and everyone after it, finds is
# right and the index is clean. What chance seldom brings about, each time.
STAGE_BIN=$("$(dirname "$0")/../harness/stage_injection.sh" "$(dirname "$0")/../../build/pg-injection") || exit 1
export STAGE_BIN
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

settings=(fsync=off jit=off shared_buffers=32MB max_worker_processes=16 autovacuum=off restart_after_crash=off deadlock_timeout=30s)
server_start pauses "${settings[@]}"
hnsw_prepare
is "$(sql "SET vecext_test.pause_at = 'x'; SELECT current_setting('vecext_test.pause_at')")" x "the server has the library for tests"

# hold: a session that has the advisory lock for which others stop.
hold() {
	PGAPPNAME=holder psql -Xq -c "SELECT pg_advisory_lock(1)" -c "SELECT pg_sleep(600)" >/dev/null 2>&1 &
	holder=$!
	wait_until "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
}
# wait_until QUERY: until it says 1; false after ten seconds, or when job $2 ended.
wait_until() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ "$(sql "$1")" != 1 ] || return 0
		[ -z "${2:-}" ] || kill -0 "$2" 2>/dev/null || return 1
		sleep 0.02
	done
	return 1
}

# stop_at POINT NAME STATEMENT: runs it in the background and returns when it stands
# at the point.
stop_at() {
	stopped_name="$2 stopped at $1"
	hold
	psql -XAtq -v ON_ERROR_STOP=1 -c "SET vecext_test.pause_at = '$1'; SET client_min_messages = warning; ${4:-}" -c "$3" >"$tap_work/stopped" 2>&1 &
	stopped=$!
	wait_until "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted" $stopped ||
		tap_case fail "$stopped_name: it comes there" || diag "$(head -3 "$tap_work/stopped")"
}
# resume: lets it go on; a case that passes when it ends without an error.
resume() {
	sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >/dev/null
	wait $holder 2>/dev/null
	ended_well $stopped "$stopped_name: it goes on to its end"
}
ended_well() { if wait "$1"; then tap_case pass "$2"; else tap_case fail "$2"; diag "$(head -3 "$tap_work/stopped")"; fi; }
crash() {
	kill_server pauses
	wait $holder $stopped 2>/dev/null
	server_start pauses "${settings[@]}"
}

scan_settings="SET enable_seqscan = off; SET enable_sort = off; SET hnsw.ef_search = 1000"
scan() { echo "SELECT id FROM items ${1:-} ORDER BY v $operator new_value(9) LIMIT 1000"; }
scan_now() { psql -XAtq -c "$scan_settings" -c "$(scan)"; }
rows() { sql "SELECT id FROM items ORDER BY id"; }
insert() { sql "INSERT INTO items (id, seed, v) SELECT id, id, new_value(id) FROM generate_series($1, $2) AS id"; }
merge() { sql "SELECT hnsw_merge('items_v')" >/dev/null; }
vacuum() { sql "VACUUM (INDEX_CLEANUP on) items"; }

# Each row that a scan gave, once, and no others; or all but $3 of a hundred.
same_rows() { is "$(sort -n <<<"$1")" "$2" "$3"; }
most_rows() {
	is "$(sort -n <<<"$1" | uniq -d)" "" "$3: no row twice"
	is "$(sort -n <<<"$1" | comm -23 <(sort <<<"$1") <(sort <<<"$2"))" "" "$3: no row that is not there"
	at_least "$(wc -l <<<"$1")" $(($(wc -l <<<"$2") * 95 / 100)) "$3: the rows"
}
whole() {
	merge
	same_rows "$(scan_now)" "$(rows)" "$1: each row is found, once"
	hnsw_clean "$1"
	is "$(sql "SELECT rows FROM hnsw_stats('items_v')")" "$(rows | wc -l)" "$1: no entry without a row"
}

# ---- a scan stands between two records, VACUUM frees and inserts reuse them ----

for name in coded apart; do
	layout $name
	points="visit visit:9 visit:60"
	[ $name != apart ] || points="visit:3 value value:40"
	for point in $points; do
		hnsw_table 200 "pending_limit = 0"
		sql "DELETE FROM items WHERE id % 3 > 0"
		stop_at $point "$name, scan" "$(scan)" "$scan_settings"
		left=$(rows)
		vacuum
		[ $point = visit ] || insert 1001 1150
		resume
		most_rows "$(cat "$tap_work/stopped")" "$left" "$stopped_name, VACUUM$([ $point = visit ] || echo " and insertions")"
	done
	whole "$name, after VACUUM beside scans"
done

# ---- a scan stands among pending rows, a merge moves them ----

for name in coded apart plain; do
	layout $name
	for point in "pending page" "pending page:1" "pending read" visit:2 value; do
		[ $name != plain ] || [ "$point" != value ] || continue
		[ $name = apart ] || [ "$point" != "pending page" ] || continue
		hnsw_table 40 "pending_limit = 100000"
		insert 41 340
		stop_at "$point" "$name, scan" "$(scan)" "$scan_settings"
		before=$(rows)
		merge
		insert 1001 1200
		[ "$point" = "pending read" ] || merge
		resume
		same_rows "$(cat "$tap_work/stopped")" "$before" "$stopped_name, merge: each row of the snapshot once"
	done
	whole "$name, after merges beside scans"
done

# ---- a scan stands before a graph that is empty, a merge fills it and gives it codes ----

layout coded
for filter in "" "WHERE note = 0"; do
	for point in "pending page" "pending read"; do
		[ -z "$filter" ] || [ "$point" != "pending read" ] || continue
		hnsw_table 0 "pending_limit = 100000, layout = compact, exact = float16"
		insert 1 300
		stop_at "$point" "compact, empty, scan $filter" "$(scan "$filter")" "$scan_settings; SET vecext.filter_strategy = lazy"
		merge
		resume
		same_rows "$(cat "$tap_work/stopped")" "$(rows)" "$stopped_name, first merge: each row once"
	done
done
whole "compact, empty, after merges beside scans"

# ---- a merge stands between two changes ----

for name in coded apart; do
	layout $name
	for point in edge:9 placed:30 "placed above" "entry point" "page done" "page marked" "page dropped"; do
		first=60
		[ "$point" != "entry point" ] || first=0
		for end in resume crash; do
			case "$name $end $point" in
			"apart resume "* | "apart crash edge:9" | "apart crash page done") continue ;;
			esac
			hnsw_table $first "pending_limit = 100000"
			insert $((first + 1)) 200
			stop_at "$point" "$name, merge" "SELECT hnsw_merge('items_v')"
			same_rows "$(scan_now)" "$(rows)" "$stopped_name: a scan finds each row once"
			insert 301 310
			sql "DELETE FROM items WHERE id % 7 = 0"
			if [ $end = crash ]; then
				crash
			else
				vacuum 2>"$tap_work/vacuum" &
				beside=$!
				wait_until "SELECT count(*) FROM pg_locks WHERE locktype = 'page' AND NOT granted" $beside || tap_case fail "$stopped_name: VACUUM waits"
				resume
				ended_well $beside "$stopped_name: then VACUUM goes on"
			fi
			same_rows "$(scan_now)" "$(rows)" "$stopped_name, $end: each row once"
			hnsw_sound "$stopped_name, $end"
			merge
			vacuum
			whole "$stopped_name, $end, merged and vacuumed"
		done
	done
done

# ---- VACUUM stands between its passes ----

layout coded
for point in "rows removed" "records marked" repair repair:20 repaired connected "page freed" "page freed:9"; do
	for end in resume crash; do
		[[ "$end $point" != crash\ re* ]] || continue
		hnsw_table 200 "pending_limit = 100000"
		insert 201 230
		sql "DELETE FROM items WHERE id % 3 > 0"
		stop_at "$point" "VACUUM" "VACUUM (INDEX_CLEANUP on) items"
		same_rows "$(scan_now)" "$(rows)" "$stopped_name: a scan finds each row once"
		insert 301 310
		if [ $end = crash ]; then
			crash
			insert 401 410
			merge
			hnsw_sound "$stopped_name, $end"
			vacuum
		else
			merge &
			beside=$!
			wait_until "SELECT count(*) FROM pg_locks WHERE locktype = 'page' AND NOT granted" $beside || tap_case fail "$stopped_name: a merge waits"
			resume
			ended_well $beside "$stopped_name: then the merge goes on"
		fi
		whole "$stopped_name, $end"
	done
done

# ---- a check stands at the head of the pending chain ----

sql "CREATE EXTENSION pageinspect" >/dev/null
# number_at BLOCK PLACE: four bytes of the index. In the metapage the head of the chain
# is at 104, its tail at 108; on a pending page the number of its rows is at 40.
number_at() {
	sql "SELECT sum(get_byte(page, $2 + i)::bigint << 8 * i) FROM get_raw_page('items_v', $1) page, generate_series(0, 3) i"
}
check="SELECT level, message FROM hnsw_check('items_v')"

for name in coded apart compact; do
	layout $name
	# A merge drops the head, which comes back as the tail: the rows between them stay
	# pending. (The tail is filled, so that the next row needs a page.)
	hnsw_table 300 "pending_limit = 100000"
	insert 301 900
	head=$(number_at 0 104)
	room=$(($(number_at $head 40) - $(number_at $(number_at 0 108) 40)))
	[ $room = 0 ] || insert 901 $((900 + room))
	stop_at "chain page" "$name, check" "$check"
	PGAPPNAME=merger psql -XAtq -c "SET vecext_test.pause_at = 'page dropped'" -c "SELECT hnsw_merge('items_v')" >/dev/null 2>&1 &
	beside=$!
	wait_until "SELECT (count(*) = 2)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted" $beside ||
		tap_case fail "$stopped_name: a merge drops the head"
	insert 2001 2003
	is "$(number_at 0 108)" "$head" "$stopped_name: the head comes back as the tail"
	sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'merger'" >/dev/null
	wait $beside
	resume
	is "$(cat "$tap_work/stopped")" "" "$stopped_name, head merged and reused: it finds nothing"
	hnsw_clean "$stopped_name, afterwards"

	# The first merge sets what codes are relative to.
	hnsw_table 0 "pending_limit = 100000"
	insert 1 300
	stop_at "chain page" "$name, check of an index without a graph" "$check"
	merge
	resume
	is "$(cat "$tap_work/stopped")" "" "$stopped_name, first merge: it finds nothing"
	whole "$stopped_name, first merge"
done

# ---- insertions, builds, prewarming ----

hnsw_table 10 "pending_limit = 100000"
stop_at "pending full" "insertion" "INSERT INTO items (id, seed, v) VALUES (5001, 1, new_value(1))"
insert 1001 1300
merge
insert 2001 2010
resume
whole "after an insertion that stood before a new page"

for build in "CREATE INDEX CONCURRENTLY items_v ON items USING hnsw (v $opclass) WITH (pending_limit = 20)" "REINDEX INDEX CONCURRENTLY items_v"; do
	hnsw_table 300 "pending_limit = 20"
	[[ $build = REINDEX* ]] || sql "DROP INDEX items_v"
	stop_at "table read" "${build%% *}" "$build"
	insert 1001 1100
	sql "UPDATE items SET seed = id + 5, v = new_value(id + 5) WHERE id % 5 = 0"
	sql "UPDATE items SET note = 1 WHERE id % 5 = 1"
	sql "DELETE FROM items WHERE id % 5 = 2"
	resume
	vacuum
	whole "after $stopped_name"
done

hnsw_table 200 "pending_limit = 100000"
insert 201 400
sql "DELETE FROM items WHERE id % 3 > 0"
stop_at "prewarm:9" "prewarming" "SELECT hnsw_prewarm('items_v') > 0"
merge
vacuum
resume
is "$(cat "$tap_work/stopped")" t "prewarming beside VACUUM and a merge"
whole "after prewarming"
done_testing
