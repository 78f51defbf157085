#!/usr/bin/env bash
# sidecar_storage.test.sh: the sidecar's storage on a real PostgreSQL: operations of
# the Dispatcher compared with a model, and what its contracts promise. The cases
# are C++ (test/server/sidecar); each is one line of TAP.
. "$(dirname "$0")/../harness/tap.sh"

build=$repo/build/cluster
log=$tap_work/build.log
cmake -S "$repo/cluster" -B "$build" >"$log" 2>&1 && cmake --build "$build" -j2 --target cluster_storage >>"$log" 2>&1 ||
	{ diag "$(tail -20 "$log")"; bail_out "the sidecar's storage does not build"; }

server_start storage fsync=off max_worker_processes=16 shared_preload_libraries=vecext
sql "CREATE DATABASE storage TEMPLATE template0 ENCODING 'UTF8'"
while read -r name; do
	ok "$name" env PGDATABASE=storage VECEXT_TEST_SCALE="${VECEXT_TEST_SCALE:-1}" "$build/cluster_storage" --gtest_brief=1 --gtest_filter="$name"
done < <("$build/cluster_storage" --gtest_list_tests | awk '/^[^ ]/ { suite = $1 } /^  / { print suite $1 }')
done_testing
