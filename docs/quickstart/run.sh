#!/usr/bin/env bash
# run.sh: `make quickstart`. Builds the extension and the sidecar, starts a private
# PostgreSQL in ./storage, loads the catalog's descriptions of functions, operators
# and types, and searches them by SQL and through Qdrant's API. May be run again: it
# keeps the server and its databases, and makes the database "demo" and the
# collection "catalog" anew. VECEXT_STORAGE names another place than ./storage,
# VECEXT_PORT another port than 6333.
set -euo pipefail
cd "$(dirname "$0")/../.."
server=test/harness/server.sh
storage=${VECEXT_STORAGE:-$PWD/storage}
port=${VECEXT_PORT:-6333}
url=http://127.0.0.1:$port
. docs/quickstart/progress.sh

sources() { find "$@" -name '*.cpp'; }
step() { printf '\n== %s\n' "$*"; }
run_psql() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off -P footer=off "$@"; }

step "1 of 6: build the extension (build.log in build/)"
mkdir -p build
compile build/build.log "$(sources src | wc -l)" make --no-print-directory -j "$(nproc)" all
STAGE_BIN=$(test/harness/stage.sh "$storage/postgresql")
export STAGE_BIN

step "2 of 6: start PostgreSQL in ${storage#"$PWD"/} (on a Unix socket; no other server is touched)"
$server start "$storage"
eval "$($server env "$storage")"
where=$($server where "$storage")
[ "$where" = "$storage" ] || echo "The server's user cannot reach $storage; its files are in $where."
run_psql -At -c 'SELECT version()'

step "3 of 6: load and embed what this server's catalog says of its own functions, operators and types"
run_psql -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS demo WITH (FORCE)'
createdb demo
run_psql -d demo -f docs/quickstart/load.sql

step "4 of 6: search"
run_psql -d demo -f docs/quickstart/search.sql

step "5 of 6: build the sidecar, which serves Qdrant's API (minutes at the first time; build/cluster.log)"
compile build/cluster.log "$(sources cluster src/core | wc -l)" make --no-print-directory cluster
docs/quickstart/sidecar.sh start "$where" "$port"
echo "vecextd listens on $url"

step "6 of 6: load and search the same through the API"
docs/quickstart/api.sh "$url"

cat <<END

Both servers keep running. To go on:

    psql -h $PGHOST -U postgres demo

    SELECT name, arguments, description FROM catalog_docs
    ORDER BY embedding <=> hash_embed('round a number down', 384) LIMIT 5;

    curl $url/collections/catalog
    curl $url/collections/catalog/points/query -d '{"query": 1051, "limit": 3, "with_payload": true}'
    psql -h $PGHOST -U postgres api -c 'SELECT id, payload FROM qdrant.catalog LIMIT 3'

Stop them with: make stop      (make quickstart starts them again; their files: $where)
END
