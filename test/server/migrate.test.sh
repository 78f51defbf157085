#!/usr/bin/env bash
# migrate.test.sh: vecext-migrate copies everything from one vecextd to another,
# goes on after kill -9 without beginning again, bears servers that are busy or
# drop connections, finds what differs, and writes into nothing it did not make.
. "$(dirname "$0")/../harness/tap.sh"

make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((40000 + $$ % 9000))
from=http://127.0.0.1:$port to=http://127.0.0.1:$((port + 1)) weary=http://127.0.0.1:$((port + 2))
data=$repo/test/e2e/python/migration_data.py
export NO_PROXY=127.0.0.1
state=$tap_work/state
rm -f "$state"*
weary_pid=
# end_all: also after a failure.
end_all() {
	[ -z "$weary_pid" ] || kill "$weary_pid" 2>/dev/null
	"$harness/sidecar.sh" stop "$tap_work/from"
	"$harness/sidecar.sh" stop "$tap_work/to"
	tap_cleanup
}
trap end_all EXIT
for side in from to; do
	number=$port
	[ $side = from ] || number=$((port + 1))
	"$harness/sidecar.sh" start "$tap_work/$side" "$number" VECEXT__POSTGRES__SETTINGS__FSYNC=off \
		VECEXT__POSTGRES__SHARED_BUFFERS_MB=32 || bail_out "vecextd does not start"
done

# migrate FROM TO [option ...]
migrate() { "$repo/cluster/migrate/vecext-migrate" --state "$state" "$@" 2>&1; }
copied() { sed -n 's/.*"copied": \([0-9]*\).*/\1/p' "$state" 2>/dev/null | sort -n | tail -1; }
count() { curl -s -m 20 -X POST "$2/collections/$1/points/count" -d '{}' | grep -o '"count":[0-9]*' | cut -d: -f2; }
grouped() { sed -E ':again; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; t again' <<<"$1"; }
post() { curl -s -m 20 -o /dev/null -X "$1" "$2" -d "$3"; }

points=$(scaled 1000)
ok "the source is filled" python3 "$data" load "$from" "$points"

# ---- killed, then finished ----

# Batches of two make it slow enough to be met in the middle.
"$repo/cluster/migrate/vecext-migrate" --state "$state" "$from" "$to" --collection plain --batch 2 >"$tap_work/killed.log" 2>&1 &
pid=$!
for _ in $(seq 2000); do
	[ "$(copied)" ] && [ "$(copied)" -ge 20 ] && break
	sleep 0.01
done
kill -9 "$pid"
wait "$pid"
is $? 137 "a run is killed in the middle"
before=$(copied)
at_least "$(count plain "$to")" "$before" "what it noted has arrived"
at_least $((points - $(count plain "$to"))) 1 "points are left to copy"
output=$(migrate "$from" "$to" --collection plain)
is $? 0 "the same command finishes"
like "$output" "plain: goes on after $(grouped "$before") points" "from where it was"
like "$output" "plain: both sides have $(grouped "$points") points" "and compares the counts"
like "$(migrate "$from" "$to" --collection plain)" 'plain: was copied before' "run once more, it only verifies"

# ---- all, through a server that is busy and drops connections ----

python3 "$data" weary $((port + 2)) "$from" 2>"$tap_work/weary.log" &
weary_pid=$!
rm "$state"
output=$(migrate "$from" "$to")
is $? 1 "without its state it refuses"
like "$output" 'plain: exists in the target; --into-existing writes into it' "what it may have no right to"
output=$(migrate "$weary" "$to" --into-existing --verify points)
is $? 0 "a busy source is borne"
like "$output" 'named: all 60 points are equal' "every point is compared"
like "$output" 'aliases: 1 created' "aliases that are not there are made"
while IFS= read -r line; do
	case $line in
	"ok "*) tap_case pass "${line#*- }" ;;
	"not ok "*) tap_case fail "${line#*- }" ;;
	"1.."*) ended=yes ;;
	*) echo "# ${line#\# }" ;;
	esac
done < <(python3 "$data" compare "$from" "$to" 2>&1)
is "${ended:-no}" yes "all was compared"

# ---- differences ----

rm "$state"
again=(--into-existing --collection plain --verify points)
post POST "$to/collections/plain/points/payload?wait=true" '{"payload": {"city": "Bonn"}, "points": [14]}'
migrate "$from" "$to" "${again[@]}" >/dev/null
is $? 0 "a new run over it mends a payload that was changed"
post POST "$to/collections/plain/points/payload?wait=true" '{"payload": {"city": "Bonn"}, "points": [21]}'
post PUT "$to/collections/plain/points/vectors?wait=true" "{\"points\": [{\"id\": 35, \"vector\": [$(seq -s, 24)]}]}"
output=$(migrate "$from" "$to" "${again[@]}")
is $? 1 "a copy that was changed since is status 1"
like "$output" 'plain: 2 points differ: 21, 35' "and the points are named"
post POST "$to/collections/plain/points/delete?wait=true" '{"points": [21]}'
output=$(migrate "$from" "$to" --collection plain)
is $? 1 "so is one with a point less"
like "$output" 'points in the source, [0-9,]+ in the target' "with both counts"
migrate "$from" "$to" --restart --verify points >"$tap_work/restart.log"
is $? 0 "--restart copies all again"
post POST "$to/collections/aliases" '{"actions": [{"delete_alias": {"alias_name": "production"}}, {"create_alias": {"alias_name": "production", "collection_name": "named"}}]}'
like "$(migrate "$from" "$to")" 'alias production: is plain in the source, named in the target' "an alias of something else is left alone"

# ---- errors ----

like "$(migrate "$from" "$from")" 'source and target are the same server' "a server is not copied onto itself"
like "$(migrate "$from" "$to" --collection absent)" 'has no collection absent' "an absent collection is named"
like "$(migrate "$from" "$weary")" 'state: is about ' "a state file is of one pair of servers"
like "$(migrate http://127.0.0.1:1 "$to" --state "$tap_work/none" --retries 0)" 'source http://127.0.0.1:1: .*refused' "an absent server is an error"
like "$(migrate "ftp://x" "$to")" 'source ftp://x: not a URL' "so is what is no URL"
migrate "$from" >/dev/null
is $? 2 "a wrong command line is status 2"
done_testing
