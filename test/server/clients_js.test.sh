#!/usr/bin/env bash
# clients_js.test.sh: the official JavaScript client, unmodified, from its package
# registry, against a vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

command -v node >/dev/null && command -v npm >/dev/null || skip_all "no node, no npm"
install_js() {
	cp "$repo"/test/e2e/js/{package.json,*.js} . && npm install --no-audit --no-fund --silent
}
installed_client js package.json install_js ||
	skip_all "no @qdrant/js-client-rest: the package registry of npm cannot be reached"
cp "$repo"/test/e2e/js/*.js "$client_dir"
client_sidecar QDRANT__SERVICE__API_KEY=manager QDRANT__SERVICE__READ_ONLY_API_KEY=reader
adopt scenario node "$client_dir/scenario.js" "$url" manager reader
check_responses 20
done_testing
