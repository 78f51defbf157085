#!/usr/bin/env bash
# clients_js_grpc.test.sh: the official JavaScript client for gRPC, unmodified, from its
# package registry, against a vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"
. "$(dirname "$0")/../harness/client_packages.sh"

npm_client js_grpc || skip_all "@qdrant/js-client-grpc: $missing"
client_sidecar QDRANT__SERVICE__API_KEY=manager QDRANT__SERVICE__READ_ONLY_API_KEY=reader
adopt scenario node "$client_dir/scenario.js" "$grpc_port" manager reader
done_testing
