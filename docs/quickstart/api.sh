#!/usr/bin/env bash
# api.sh: loads the quickstart's rows into a collection and searches it, by curl
# and, where one is installed, by Qdrant's Python client.
#
# usage: api.sh URL      with PGHOST, PGPORT, PGUSER of the server that has "demo"
set -euo pipefail
. "$(dirname "$0")/progress.sh"
url=$1
rows_sql="SELECT json_build_object('points', json_agg(json_build_object('id', id,
		'vector', embedding::real[], 'payload', json_build_object('kind', kind, 'name', name,
		'arguments', arguments, 'returns', returns, 'description', description))))
	FROM catalog_docs GROUP BY id / 500 ORDER BY id / 500"

# call METHOD PATH [BODY]: the answer's body; what is wrong, if it is not 200.
call() {
	local answer
	answer=$(curl -sS -m 60 -w '\n%{http_code}' -X "$1" "$url$2" -H 'Content-Type: application/json' ${3:+--data-binary "$3"})
	[ "${answer##*$'\n'}" = 200 ] || { echo "$1 $2: $answer" >&2; return 1; }
	printf '%s' "${answer%$'\n'*}"
}

vector_of() { psql -XAtd demo -v text="$1" <<<"SELECT to_json(hash_embed(:'text', 384)::real[])"; }

call DELETE /collections/catalog >/dev/null
call PUT /collections/catalog '{"vectors": {"size": 384, "distance": "Cosine"}, "hnsw_config": {"ef_construct": 200}}' >/dev/null
call PUT '/collections/catalog/index?wait=true' '{"field_name": "kind", "field_schema": "keyword"}' >/dev/null
batches=$(psql -XAtd demo -c 'SELECT count(DISTINCT id / 500) FROM catalog_docs')
sent=0
psql -XAtd demo -c "$rows_sql" | while IFS= read -r body; do
	bar "$sent" "$batches" "batches of 500 points"
	printf '%s' "$body" | curl -sSf -m 60 -o /dev/null -X PUT "$url/collections/catalog/points?wait=true" \
		-H 'Content-Type: application/json' --data-binary @-
	sent=$((sent + 1))
done
bar_end
printf '%s points are loaded.\n\n' "$(call POST /collections/catalog/points/count '{}' | sed 's/.*"count":\([0-9]*\).*/\1/')"

echo 'POST /collections/catalog/points/query: "remove spaces from both ends", functions only'
call POST /collections/catalog/points/query "{\"query\": $(vector_of 'remove spaces from both ends'), \"limit\": 3,
	\"filter\": {\"must\": [{\"key\": \"kind\", \"match\": {\"value\": \"function\"}}]},
	\"params\": {\"hnsw_ef\": 200}, \"with_payload\": [\"name\", \"description\"]}"
printf '\n\n'

if python3 -c 'import qdrant_client' 2>/dev/null; then
	echo 'The same by the Python client:'
	VECTOR=$(vector_of 'remove spaces from both ends') python3 - "$url" <<'END'
import json, os, sys
from qdrant_client import QdrantClient
client = QdrantClient(url=sys.argv[1])
for hit in client.query_points("catalog", query=json.loads(os.environ["VECTOR"]), limit=3).points:
    print(f"  {hit.score:.3f}  {hit.payload['name']}: {hit.payload['description']}")
END
else
	echo "Qdrant's Python client is not installed; with it: QdrantClient(url=\"$url\")"
fi
