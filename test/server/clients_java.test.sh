#!/usr/bin/env bash
# clients_java.test.sh: the official Java client, unmodified, from Maven's registry, against
# a vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

java_client java || skip_all "io.qdrant:client: $missing"
sidecar_with_keys
ok "the scenario compiles" javac -d "$client_dir/classes" -cp "$client_dir/jars/*" "$repo"/test/e2e/java/*.java
adopt scenario java -cp "$client_dir/classes:$client_dir/jars/*" Scenario 127.0.0.1 "$grpc_port" manager reader
done_testing
