#!/usr/bin/env bash
# clients_python.test.sh: the official Python client, unmodified, from its package
# registry, against vecextd: what applications do, with the synchronous and the
# asynchronous client, and random operations whose results must equal those of the
# client's in-process mode.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

install_python() {
	python3 -m venv . && bin/pip install -q --disable-pip-version-check -r "$repo/test/e2e/python/requirements.txt"
}
installed_client python requirements.txt install_python ||
	skip_all "no qdrant-client: the Python package registry cannot be reached"
client_sidecar
python=$client_dir/bin/python

awk '/^```python$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/README.md" |
	sed "s|http://localhost:6333|$url|" >"$tap_work/readme.py"
at_least "$(grep -c . "$tap_work/readme.py")" 5 "the README has Python"
ok "which runs" "$python" "$tap_work/readme.py"
# run SCRIPT ARGUMENT...
run() { adopt "$1" "$python" "$repo/test/e2e/python/$1.py" "$url" "${@:2}"; }
run scenario
run async_scenario
run scenario "$grpc_port"
run grpc_server "$grpc_port" "$("$harness/sidecar.sh" socket "$tap_work/node")"
run local_mode "${SEED:-1}" "$(scaled 12)"
run local_mode "${SEED:-1}" "$(scaled 8)" "$grpc_port"
run queries "${SEED:-1}" "$(scaled 6)"
run local_formula "${SEED:-1}" "$(scaled 30)"
run local_groups "${SEED:-1}" "$(scaled 10)"
run queries "${SEED:-1}" "$(scaled 2)" "$grpc_port"
run local_formula "${SEED:-1}" "$(scaled 10)" "$grpc_port"
run local_groups "${SEED:-1}" "$(scaled 3)" "$grpc_port"
check_responses 20
done_testing
