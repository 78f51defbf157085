#!/usr/bin/env bash
# clients_rust.test.sh: the official Rust client, unmodified, from the registry of crates,
# against a vecextd with keys: what applications do.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

rust_client rust || skip_all "qdrant-client, the crate: $missing"
sidecar_with_keys
ok "the scenario compiles" cargo build --quiet --locked --offline --manifest-path "$repo/test/e2e/rust/Cargo.toml"
adopt scenario "$CARGO_TARGET_DIR/debug/scenario" 127.0.0.1 "$grpc_port" manager reader
done_testing
