#!/usr/bin/env bash
# clients_go.test.sh: the official Go client, unmodified, from the module proxy, against a
# vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

go_client go || skip_all "github.com/qdrant/go-client: $missing"
sidecar_with_keys
ok "the scenario compiles" go build -C "$repo/test/e2e/go" -o "$client_dir/scenario" .
adopt scenario "$client_dir/scenario" 127.0.0.1 "$grpc_port" manager reader
done_testing
