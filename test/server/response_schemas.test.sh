#!/usr/bin/env bash
# response_schemas.test.sh: every response of vecextd has the fields, types and bounds that
# the API's schemas say (test/e2e/schema): a walk over all routes.
. "$(dirname "$0")/../harness/tap.sh"

make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((30000 + $$ % 10000))
"$harness/sidecar.sh" start "$tap_work/node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off \
	VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 QDRANT__SERVICE__SLOW_QUERY_SECS=0 || bail_out "vecextd does not start"
trap '"$harness/sidecar.sh" stop "$tap_work/node"; tap_cleanup' EXIT

export PYTHONPATH=$repo/test/e2e/python PYTHONDONTWRITEBYTECODE=1
adopt walk python3 "$repo/test/e2e/schema/walk.py" "http://127.0.0.1:$port"
done_testing
