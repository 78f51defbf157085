#!/usr/bin/env bash
# sidecar_sanitize.test.sh: vecextd under AddressSanitizer and UndefinedBehaviorSanitizer:
# every route, mixed load, an orderly end without leaks. In `make check-long` only, since
# it compiles the sidecar once more; the suite sanitize has the unit tests.
. "$(dirname "$0")/../harness/tap.sh"

[ "${VECEXT_TEST_SCALE:-1}" -gt 1 ] || skip_all "in make check-long only"
build=$repo/build/cluster-sanitize
{ cmake -S "$repo/cluster" -B "$build" -DVECEXT_SANITIZE=address,undefined && cmake --build "$build" -j "$(nproc)" --target vecextd; } \
	>"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((30000 + $$ % 10000))
export VECEXTD=$build/vecextd ASAN_OPTIONS=detect_leaks=1:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
"$harness/sidecar.sh" start "$tap_work/node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off \
	VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 QDRANT__SERVICE__SLOW_QUERY_SECS=0 || bail_out "vecextd does not start"
trap '"$harness/sidecar.sh" stop "$tap_work/node"; tap_cleanup' EXIT

pid=$("$harness/sidecar.sh" pid "$tap_work/node")
log=$("$harness/sidecar.sh" log "$tap_work/node")
export PYTHONPATH=$repo/test/e2e/python PYTHONDONTWRITEBYTECODE=1
adopt walk python3 "$repo/test/e2e/schema/walk.py" "http://127.0.0.1:$port"
adopt soak python3 "$repo/test/e2e/soak/soak.py" "http://127.0.0.1:$port" "$pid" 60 "${SEED:-1}"
kill -TERM "$pid"
for _ in $(seq 300); do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
fails "SIGTERM ends it" kill -0 "$pid"
is "$(grep -cE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$log")" 0 "nothing was found" || diag "$(grep -E -A 20 'Sanitizer|runtime error:' "$log" | head -n 60)"
done_testing
