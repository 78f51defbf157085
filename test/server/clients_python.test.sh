#!/usr/bin/env bash
# clients_python.test.sh: the official Python client, unmodified, from its package
# registry, against vecextd: what applications do, with the synchronous and the
# asynchronous client, and random operations whose results must equal those of the
# client's in-process mode, and those of REST those of gRPC.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

python_client python || skip_all "qdrant-client: $missing"
client_sidecar
python=$client_dir/bin/python

documented python README.md >"$tap_work/readme.py"
at_least "$(grep -c . "$tap_work/readme.py")" 5 "the README has Python"
ok "which runs" "$python" "$tap_work/readme.py"
# run SCRIPT ARGUMENT...
run() { adopt "$1" "$python" "$repo/test/e2e/python/$1.py" "$url" "${@:2}"; }
run scenario
run async_scenario
run scenario "$grpc_port"
run grpc_server "$grpc_port" "$("$harness/sidecar.sh" socket "$tap_work/node")"
run local_mode "${SEED:-1}" "$(scaled 12)"
run rest_and_grpc "${SEED:-1}" "$(scaled 3)" "$grpc_port"
run queries "${SEED:-1}" "$(scaled 6)"
run local_formula "${SEED:-1}" "$(scaled 30)"
run local_groups "${SEED:-1}" "$(scaled 10)"
run queries "${SEED:-1}" "$(scaled 2)" "$grpc_port"
run local_formula "${SEED:-1}" "$(scaled 10)" "$grpc_port"
run local_groups "${SEED:-1}" "$(scaled 3)" "$grpc_port"
check_responses 20
done_testing
