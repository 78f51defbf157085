#!/usr/bin/env bash
# clients_python.test.sh: the official Python client, unmodified, from its package
# registry, against vecextd: what applications do, and random operations whose
# results must equal those of the client's in-process mode.
. "$(dirname "$0")/../harness/tap.sh"

venv=$repo/build/clients/python
requirements=$repo/test/e2e/python/requirements.txt
install_client() {
	[ ! -e "$venv/installed" ] || ! cmp -s "$requirements" "$venv/installed" || return 0
	rm -rf "$venv"
	python3 -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check -r "$requirements" &&
		cp "$requirements" "$venv/installed"
}
if ! install_client >"$tap_work/pip.log" 2>&1; then
	sed 's/^/# /' "$tap_work/pip.log" | tail -n 5
	echo "1..0 # SKIP no qdrant-client: the Python package registry cannot be reached"
	tap_finished=yes
	exit 0
fi

make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((30000 + $$ % 10000))
"$harness/sidecar.sh" start "$tap_work/node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off \
	VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 || bail_out "vecextd does not start"
trap '"$harness/sidecar.sh" stop "$tap_work/node"; tap_cleanup' EXIT

# run SCRIPT ARGUMENT...: its cases become ours.
run() {
	local line output=$tap_work/$1.log
	export NO_PROXY=127.0.0.1
	"$venv/bin/python" "$repo/test/e2e/python/$1.py" "http://127.0.0.1:$port" "${@:2}" >"$output" 2>&1
	while IFS= read -r line; do
		case $line in
		"ok "*) tap_case pass "$1: ${line#*- }" ;;
		"not ok "*) tap_case fail "$1: ${line#*- }" ;;
		"1.."*) continue ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$output"
	is "$(grep -c '^1\.\.' "$output")" 1 "$1 ran to its end"
}

awk '/^```python$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/README.md" |
	sed "s|http://localhost:6333|http://127.0.0.1:$port|" >"$tap_work/readme.py"
at_least "$(grep -c . "$tap_work/readme.py")" 5 "the README has Python"
ok "which runs" "$venv/bin/python" "$tap_work/readme.py"
run scenario
run scenario "$((port + 10000))"
run grpc_server "$((port + 10000))" "$("$harness/sidecar.sh" socket "$tap_work/node")"
run local_mode "${SEED:-1}" "$(scaled 12)"
run local_mode "${SEED:-1}" "$(scaled 8)" "$((port + 10000))"
run queries "${SEED:-1}" "$(scaled 6)"
run local_formula "${SEED:-1}" "$(scaled 30)"
run local_groups "${SEED:-1}" "$(scaled 10)"
run queries "${SEED:-1}" "$(scaled 2)" "$((port + 10000))"
run local_formula "${SEED:-1}" "$(scaled 10)" "$((port + 10000))"
run local_groups "${SEED:-1}" "$(scaled 3)" "$((port + 10000))"
done_testing
