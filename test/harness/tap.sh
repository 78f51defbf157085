# tap.sh: what a test script in shell needs. Sourced by test/server/*.test.sh.
#
# A test script is an executable file test/server/NAME.test.sh that prints TAP
# (https://testanything.org): one "ok" or "not ok" line for each case and a plan
# at the end. test/harness/run_all finds it by its name, runs it under a time
# limit and counts the lines; a script that dies before its plan counts as one
# more failure. Run alone: `make all && test/server/NAME.test.sh`. An outline:
#
#     #!/usr/bin/env bash
#     # vacuum.test.sh: what this protects.
#     . "$(dirname "$0")/../harness/tap.sh"
#     server_start primary autovacuum=off
#     sql "CREATE EXTENSION vecext"
#     is "$(sql "SELECT vector_dims('[1,2]')")" 2 "a vector knows its length"
#     server_crash primary; server_start primary
#     ok "the server comes back" sql "SELECT 1"
#     done_testing
#
# Servers live in build/check/SCRIPT/NAME, are made afresh for each run, and are
# removed when the script ends. The server that was started last is the one that
# sql talks to; `use NAME` turns to another.
#
# VECEXT_TEST_SCALE (1 in `make check`, 20 in `make check-long`) multiplies the
# length of soaks: see scaled().
set -uo pipefail

tap_script=$(basename "$0" .test.sh)
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
harness=$repo/test/harness
tap_work=$repo/build/check/$tap_script
tap_cases=0
tap_failures=0
tap_finished=no
tap_servers=()

if [ -z "${STAGE_BIN:-}" ]; then
	STAGE_BIN=$("$harness/stage.sh" "$repo/build/pg")
	export STAGE_BIN
fi
mkdir -p "$tap_work"
trap tap_cleanup EXIT

tap_cleanup() {
	local name
	for name in ${tap_servers[@]+"${tap_servers[@]}"}; do
		if [ "$tap_failures" != 0 ] || [ "$tap_finished" = no ]; then
			tail -n 50 "$(server_log "$name")" 2>/dev/null | sed "s/^/# $name: /"
		fi
		"$harness/server.sh" remove "$tap_work/$name"
	done
}

# ---- cases ----

# tap_case pass|fail NAME: the one place that prints results.
tap_case() {
	tap_cases=$((tap_cases + 1))
	if [ "$1" = pass ]; then
		echo "ok $tap_cases - $2"
	else
		tap_failures=$((tap_failures + 1))
		echo "not ok $tap_cases - $2"
	fi
	[ "$1" = pass ]
}

# ok NAME COMMAND...: passes if the command succeeds; else shows its output.
ok() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then tap_case pass "$name"; else tap_case fail "$name"; diag "$output"; fi
}

# fails NAME COMMAND...: passes if the command fails.
fails() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then tap_case fail "$name"; diag "$output"; else tap_case pass "$name"; fi
}

# is GOT WANT NAME
is() {
	if [ "$1" = "$2" ]; then tap_case pass "$3"; else tap_case fail "$3"; diag "got:  $1"; diag "want: $2"; fi
}

# like GOT REGEX NAME: REGEX is bash's extended one.
like() {
	if [[ $1 =~ $2 ]]; then tap_case pass "$3"; else tap_case fail "$3"; diag "got:  $1"; diag "want: $2"; fi
}

# at_least GOT LEAST NAME: numbers, decimal fractions allowed.
at_least() {
	if awk -v a="$1" -v b="$2" 'BEGIN { exit !(a ~ /^[-+0-9.eE]+$/ && a + 0 >= b + 0) }'; then
		tap_case pass "$3 ($1)"
	else
		tap_case fail "$3"; diag "got:      $1"; diag "at least: $2"
	fi
}

# adopt NAME COMMAND...: a program that prints TAP; its cases become ours.
adopt() {
	local name=$1 line output=$tap_work/$1.log
	"${@:2}" >"$output" 2>&1
	while IFS= read -r line; do
		case $line in
		"ok "*) tap_case pass "$name: ${line#*- }" ;;
		"not ok "*) tap_case fail "$name: ${line#*- }" ;;
		"1.."*) continue ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$output"
	is "$(grep -c '^1\.\.' "$output")" 1 "$name ran to its end"
}

diag() { printf '%s\n' "$*" | sed 's/^/#   /'; }
note() { printf '%s\n' "$*" | sed 's/^/# /'; }

skip_all() {
	echo "1..0 # SKIP $*"
	tap_finished=yes
	exit 0
}

bail_out() {
	echo "Bail out! $*"
	exit 1
}

done_testing() {
	echo "1..$tap_cases"
	tap_finished=yes
	[ "$tap_failures" = 0 ]
}

# scaled N: N times the scale of this run.
scaled() { echo $(($1 * ${VECEXT_TEST_SCALE:-1})); }

# ---- servers ----

# server_start NAME [setting=value ...]: a new server, or one stopped before in
# this script.
server_start() {
	local name=$1
	shift
	if [[ " ${tap_servers[*]-} " != *" $name "* ]]; then
		"$harness/server.sh" remove "$tap_work/$name"
		tap_servers+=("$name")
	fi
	"$harness/server.sh" start "$tap_work/$name" "$@" || bail_out "server $name does not start"
	use "$name"
}

# server_standby NAME OF [setting=value ...]: a streaming standby of OF.
server_standby() {
	local name=$1 of=$2
	shift 2
	"$harness/server.sh" remove "$tap_work/$name"
	tap_servers+=("$name")
	"$harness/server.sh" clone "$tap_work/$name" "$tap_work/$of" || bail_out "cannot clone $of"
	server_start "$name" "$@"
}

server_stop() { "$harness/server.sh" stop "$tap_work/$1" "${2:-fast}"; }
server_crash() { server_stop "$1" immediate; }
server_data() { echo "$("$harness/server.sh" where "$tap_work/$1")/data"; }
server_log() { echo "$("$harness/server.sh" where "$tap_work/$1")/log"; }
use() { eval "$("$harness/server.sh" env "$tap_work/$1")"; }

# sql [psql options] STATEMENT: unaligned rows, stops at the first error.
sql() { psql -XAtq -v ON_ERROR_STOP=1 "${@:1:$#-1}" -c "${@: -1}"; }

# sqlstate STATEMENT: prints 00000, or the SQLSTATE of its error.
sqlstate() {
	local output
	if output=$(sql -v VERBOSITY=sqlstate "$1" 2>&1); then echo 00000; else sed -n 's/^ERROR:  //p' <<<"$output" | head -1; fi
}

# wait_for_replay PRIMARY STANDBY: until the standby shows what the primary has.
wait_for_replay() {
	local lsn
	use "$1"
	lsn=$(sql "SELECT pg_current_wal_lsn()")
	use "$2"
	for _ in $(seq 600); do
		[ "$(sql "SELECT pg_last_wal_replay_lsn() >= '$lsn'")" != t ] || return 0
		sleep 0.1
	done
	bail_out "standby $2 does not reach $lsn"
}
