#!/usr/bin/env bash
# clients_docs.test.sh: the examples of docs/clients.md, and README.md's, run as they stand there, with
# unmodified clients, LangChain and LlamaIndex; those for SQL are in clients_sql.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

# example INFO PROGRAM COMMAND...: the code is in the document, and runs from the file PROGRAM.
example() {
	documented "$1" >"$2"
	at_least "$(grep -c . "$2")" 5 "docs/clients.md has $1"
	ok "which runs" "${@:3}"
}

client_sidecar
if python_client docs_python; then
	example python "$tap_work/documented.py" "$client_dir/bin/python" "$tap_work/documented.py"
	documented python README.md >"$tap_work/readme.py"
	echo 'assert client.count("docs").count == 1' >>"$tap_work/readme.py"
	ok "README.md's example runs" "$client_dir/bin/python" "$tap_work/readme.py"
else
	skip "Python, LangChain, LlamaIndex" "$missing"
fi
for kind in rest grpc; do
	package=js
	[ $kind = rest ] || package=js_grpc
	if npm_client $package; then
		example "js $kind" "$client_dir/documented.js" node "$client_dir/documented.js"
	else
		skip "JavaScript over $kind" "$missing"
	fi
done
if go_client go; then
	mkdir -p "$client_dir/documented"
	cp "$repo"/test/e2e/go/go.* "$client_dir/documented"
	example go "$client_dir/documented/main.go" go run -C "$client_dir/documented" .
else
	skip "Go" "$missing"
fi
if java_client java; then
	example java "$client_dir/Documented.java" java -cp "$client_dir/jars/*" "$client_dir/Documented.java"
else
	skip "Java" "$missing"
fi
if rust_client rust; then
	mkdir -p "$client_dir/documented"
	# Under another name: cargo takes programs of one name for one another's, up to date.
	cp "$repo/test/e2e/rust/Cargo.lock" "$client_dir/documented"
	sed '/^\[\[bin\]\]/,/^path/ s/"scenario"/"documented"/' "$repo/test/e2e/rust/Cargo.toml" >"$client_dir/documented/Cargo.toml"
	example rust "$client_dir/documented/scenario.rs" cargo run --quiet --locked --offline --manifest-path "$client_dir/documented/Cargo.toml"
else
	skip "Rust" "$missing"
fi
done_testing
