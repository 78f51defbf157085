# clients.sh: what the suites of client libraries share. Sourced after tap.sh by
# test/server/clients_LANGUAGE.test.sh.
#
# Such a suite installs the official client, unmodified, from its package registry
# into build/clients/LANGUAGE (by a pinned version in test/e2e/LANGUAGE), starts a
# sidecar, and runs the programs of test/e2e/LANGUAGE, which print TAP. REST clients
# reach the sidecar through a proxy that checks every response against the schemas
# (test/e2e/schema). Without the language's tools or its registry the suite is
# skipped and says so. For a further language, a function beside go_client, and:
#
#     ruby_client ruby || skip_all "qdrant-ruby: $missing"
#     client_sidecar QDRANT__SERVICE__API_KEY=k
#     adopt scenario ruby "$repo/test/e2e/ruby/scenario.rb" "$url"
#     check_responses 20
#     done_testing

# ---- packages: PACKAGER_client LANGUAGE; where it fails, $missing says what lacks ----

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

python_client() {
	missing="python3-venv is not installed, or the Python package registry cannot be reached"
	installed_client "$1" requirements.txt install_python_packages "$repo/test/e2e/$1/requirements.txt"
}
install_python_packages() { python3 -m venv . && bin/pip install -q --disable-pip-version-check -r "$1"; }

npm_client() {
	missing="node and npm are not installed"
	command -v node >/dev/null && command -v npm >/dev/null || return 1
	missing="the package registry of npm cannot be reached"
	installed_client "$1" package.json install_npm_packages "$repo/test/e2e/$1/package.json" || return 1
	cp "$repo/test/e2e/js/tap.js" "$client_dir"
	cp "$repo/test/e2e/$1"/*.js "$client_dir"
}
install_npm_packages() { cp "$1" . && npm install --no-audit --no-fund --silent; }

# Modules and compiled packages stay in client_dir, so that only the first run is long.
go_client() {
	missing="go is not installed"
	command -v go >/dev/null || return 1
	missing="Go is older than 1.24, or the proxy of Go modules cannot be reached"
	export GOTOOLCHAIN=local GOFLAGS="-modcacherw -buildvcs=false"
	export GOMODCACHE=$repo/build/clients/$1/modules GOCACHE=$repo/build/clients/$1/compiled
	installed_client "$1" go.mod go mod download -C "$repo/test/e2e/$1"
}

java_client() {
	missing="a Java Development Kit (17) and Maven are not installed"
	command -v javac >/dev/null && command -v mvn >/dev/null || return 1
	missing="Maven's registry cannot be reached"
	installed_client "$1" pom.xml mvn -q -B -f "$repo/test/e2e/$1/pom.xml" -Dmaven.repo.local="$repo/build/clients/$1/repository" \
		dependency:copy-dependencies -DoutputDirectory="$repo/build/clients/$1/jars"
}

# Compiled crates stay in client_dir, so that only the first run is long.
rust_client() {
	missing="cargo is not installed"
	command -v cargo >/dev/null || return 1
	missing="Rust is older than 1.85, or the registry of crates cannot be reached"
	export CARGO_TARGET_DIR=$repo/build/clients/$1/compiled CARGO_TERM_COLOR=never
	installed_client "$1" Cargo.lock cargo fetch --locked --manifest-path "$repo/test/e2e/$1/Cargo.toml"
}

# ---- the sidecar ----

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

# sidecar_with_keys: one that knows the keys manager and reader.
sidecar_with_keys() { client_sidecar QDRANT__SERVICE__API_KEY=manager QDRANT__SERVICE__READ_ONLY_API_KEY=reader; }

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

# ---- documents ----

# documented INFO [DOCUMENT]: the code in fences of that language and kind (of
# docs/clients.md), with the addresses of the sidecar, if there is one.
documented() {
	local rest=${url-} grpc=${grpc_port-}
	awk -v fence="\`\`\`$1" '$0 == fence { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/${2:-docs/clients.md}" |
		sed "s|http://localhost:6333|$rest|; s|http://localhost:6334|http://127.0.0.1:$grpc|
			s|(\"localhost\", 6334|(\"localhost\", $grpc|; s|Port: 6334|Port: $grpc|"
}

# skip NAME REASON: a case that cannot be had here; counted apart, never silently.
skip() {
	tap_cases=$((tap_cases + 1))
	echo "ok $tap_cases - $1 # SKIP $2"
}
