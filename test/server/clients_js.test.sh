#!/usr/bin/env bash
# clients_js.test.sh: the official JavaScript client, unmodified, from its package
# registry, against a vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

npm_client js || skip_all "@qdrant/js-client-rest: $missing"
sidecar_with_keys
adopt scenario node "$client_dir/scenario.js" "$url" manager reader
check_responses 20
done_testing
