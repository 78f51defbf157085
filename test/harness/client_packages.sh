# client_packages.sh: installs client libraries by the usual tools of their languages, and
# takes the examples of docs/clients.md apart. Sourced after clients.sh.
#
# python_client, npm_client, go_client, java_client LANGUAGE install what the manifest in
# test/e2e/LANGUAGE names (clients.sh, installed_client). Where that fails, missing says
# what lacks:
#
#     go_client go || skip_all "$missing"

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

# documented INFO [DOCUMENT]: the code of docs/clients.md, or another document, in fences
# of that language and kind, with the addresses of the sidecar, if there is one.
documented() {
	local rest=${url-} grpc=${grpc_port-}
	awk -v fence="\`\`\`$1" '$0 == fence { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/${2-docs/clients.md}" |
		sed "s|http://localhost:6333|$rest|; s|http://localhost:6334|http://127.0.0.1:$grpc|
			s|(\"localhost\", 6334|(\"localhost\", $grpc|; s|Port: 6334|Port: $grpc|"
}

# skip NAME REASON: a case that cannot be had here; counted apart, never silently.
skip() {
	tap_cases=$((tap_cases + 1))
	echo "ok $tap_cases - $1 # SKIP $2"
}
