#!/usr/bin/env bash
# clients_js_grpc.test.sh: the official JavaScript client for gRPC, unmodified, from its
# package registry, against a vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

npm_client js_grpc || skip_all "@qdrant/js-client-grpc: $missing"
sidecar_with_keys
adopt scenario node "$client_dir/scenario.js" "$grpc_port" manager reader
done_testing
