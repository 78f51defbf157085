#!/usr/bin/env bash
# postgresql_17.test.sh: the extension in PostgreSQL 17, as Debian 13 has it. In a
# chroot with that system it is built, installed, and tested by the SQL regression
# tests, pgTAP where there are files for it, and the suites of this folder that say
# most about planner, storage and recovery, which changed since 15. Part of `make
# check-long` only: it downloads a Debian and needs root.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/debian.sh"

suites="alias filtered_scan filtered_scan_recheck hnsw_build hnsw_concurrently hnsw_crash hnsw_standby hnsw_update payload_facet vecquery"

debian_start trixie make g++ cmake libxsimd-dev libicu-dev libstemmer-dev python3 procps \
	postgresql-17 postgresql-server-dev-17 postgresql-17-pgtap
like "$(within pg_config --version)" '^PostgreSQL 17\.' "the system has PostgreSQL 17"

# The tree as a clone of it would be.
mkdir "$root/vecext"
(cd "$repo" && git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - 2>/dev/null) | tar -C "$root/vecext" -x
in_tree() { within VECEXT_TEST_SCALE=1 sh -c "cd /vecext && $1"; }
if ! in_tree 'make all install' >"$tap_work/make.log" 2>&1; then
	grep -m 20 -A 3 'error:' "$tap_work/make.log"
	bail_out "it does not build"
fi
is "$(grep -c 'warning:' "$tap_work/make.log")" 0 "it builds without a warning"

stage=$(in_tree 'test/harness/stage.sh build/pg')
run_in_tree() { in_tree "STAGE_BIN=$stage $1"; }
adopt regress run_in_tree test/harness/suite/regress.sh
adopt pgtap run_in_tree test/harness/suite/pgtap.sh
for suite in $suites; do
	adopt "$suite" run_in_tree "test/server/$suite.test.sh"
done
done_testing
