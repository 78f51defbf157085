# clients.sh: what the suites of client libraries share. Sourced after tap.sh by
# test/server/clients_LANGUAGE.test.sh.
#
# Such a suite installs the official client, unmodified, from its package registry
# into build/clients/LANGUAGE (by a pinned version in test/e2e/LANGUAGE), starts a
# sidecar, and runs the programs of test/e2e/LANGUAGE, which print TAP. The clients
# reach the sidecar through a proxy that checks every response against the schemas
# (test/e2e/schema). Without the language's tools or its registry the suite is
# skipped and says so:
#
#     installed_client ruby Gemfile bundle install || skip_all "..."
#     client_sidecar QDRANT__SERVICE__API_KEY=k
#     adopt scenario ruby "$repo/test/e2e/ruby/scenario.rb" "$url"
#     check_responses 20
#     done_testing

# installed_client LANGUAGE MANIFEST COMMAND...: runs the command in the empty
# directory build/clients/LANGUAGE unless it did so for this manifest already.
# Sets client_dir.
installed_client() {
	local manifest=$repo/test/e2e/$1/$2
	client_dir=$repo/build/clients/$1
	shift 2
	[ ! -e "$client_dir/installed" ] || ! cmp -s "$manifest" "$client_dir/installed" || return 0
	rm -rf "$client_dir"
	mkdir -p "$client_dir"
	(cd "$client_dir" && "$@") >"$tap_work/install.log" 2>&1 && cp "$manifest" "$client_dir/installed" && return 0
	tail -n 5 "$tap_work/install.log" | sed 's/^/# /'
	return 1
}

# client_sidecar [VARIABLE=VALUE ...]: starts a sidecar and the proxy before it. Sets url,
# which leads through the proxy, and grpc_port, which does not.
client_sidecar() {
	make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
	local port=$((30000 + $$ % 10000))
	trap end_clients EXIT
	"$harness/sidecar.sh" start "$tap_work/node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off \
		VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 "$@" || bail_out "vecextd does not start"
	rm -f "$tap_work/responses"
	PYTHONDONTWRITEBYTECODE=1 python3 "$repo/test/e2e/schema/recorder.py" $((port + 1)) "$port" "$tap_work/responses" >"$tap_work/recorder.log" 2>&1 &
	recorder=$!
	for _ in $(seq 100); do
		! grep -q ready "$tap_work/recorder.log" || break
		sleep 0.1
	done
	export NO_PROXY=127.0.0.1
	grpc_port=$((port + 10000))
	url=http://127.0.0.1:$((port + 1))
}

end_clients() {
	[ -z "${recorder-}" ] || kill "$recorder" 2>/dev/null
	"$harness/sidecar.sh" stop "$tap_work/node"
	tap_cleanup
}

# check_responses LEAST: nothing was wrong with any response of at least so many routes.
check_responses() {
	kill -TERM "$recorder"
	wait "$recorder" 2>/dev/null
	at_least "$(grep -c '^checked' "$tap_work/responses")" "$1" "responses of many routes were checked"
	is "$(grep '^wrong' "$tap_work/responses" | head -n 20)" "" "and all are as the schemas say"
}
