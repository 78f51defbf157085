#!/usr/bin/env bash
# literals.sh: suite "literals", 100,000 mutated literals cast inside a server; see
# test/fuzz/literals.sql. SEED (a number from -1 to 1) makes other literals.
set -uo pipefail
cd "$(dirname "$0")/../../.."
dir=build/check/literals
test/harness/server.sh remove "$dir"
trap 'test/harness/server.sh remove "$dir"' EXIT
test/harness/server.sh start "$dir" fsync=off || exit 1
eval "$(test/harness/server.sh env "$dir")"
count=$((100000 / 7 * ${VECEXT_TEST_SCALE:-1} + 1))
psql -XAtq -v ON_ERROR_STOP=1 -v seed="${SEED:-0.5}" -v count=$count -f test/fuzz/literals.sql
