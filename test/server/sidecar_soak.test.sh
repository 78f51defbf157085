#!/usr/bin/env bash
# sidecar_soak.test.sh: mixed load on a sidecar with flat memory: 30 seconds, 10 minutes
# in `make check-long`.
. "$(dirname "$0")/../harness/tap.sh"

make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((30000 + $$ % 10000))
"$harness/sidecar.sh" start "$tap_work/node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off \
	VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 QDRANT__LOG_LEVEL=WARN || bail_out "vecextd does not start"
trap '"$harness/sidecar.sh" stop "$tap_work/node"; tap_cleanup' EXIT

export PYTHONPATH=$repo/test/e2e/python PYTHONDONTWRITEBYTECODE=1
adopt soak python3 "$repo/test/e2e/soak/soak.py" "http://127.0.0.1:$port" "$("$harness/sidecar.sh" pid "$tap_work/node")" "$(scaled 30)" "${SEED:-1}"
done_testing
