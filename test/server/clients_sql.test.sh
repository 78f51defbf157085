#!/usr/bin/env bash
# clients_sql.test.sh: pgvector's clients for Python (with psycopg and SQLAlchemy) and Node
# (with pg), unmodified, from their package registries, where extension vector is vecext.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/clients.sh"

server_start sql fsync=off
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$repo/test/e2e/python
if python_client sql_python; then
	adopt psycopg "$client_dir/bin/python" "$repo/test/e2e/sql_python/psycopg_scenario.py"
	adopt sqlalchemy "$client_dir/bin/python" "$repo/test/e2e/sql_python/sqlalchemy_scenario.py"
	documented "python sql" >"$tap_work/documented.py"
	ok "the SQL in Python of docs/clients.md runs" "$client_dir/bin/python" "$tap_work/documented.py"
else
	skip "pgvector for Python" "$missing"
fi
if npm_client sql_js; then
	adopt node node "$client_dir/scenario.js"
	documented "js sql" >"$client_dir/documented.js"
	ok "the SQL in JavaScript of docs/clients.md runs" node "$client_dir/documented.js"
else
	skip "pgvector for Node" "$missing"
fi
done_testing
