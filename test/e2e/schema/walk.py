# walk.py: calls every route, in several shapes, and checks each response against the schemas;
# and each route must have succeeded, but those that are not supported.
#
# usage: walk.py URL

import http.client
import json
import sys
from collections import Counter
from urllib.parse import quote, urlsplit

from schema import ROUTES, response_problems, route_of
from tap import case, finish

address = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
succeeded, refused = Counter(), Counter()

C = "/collections/schema%20walk"
FULL = "/collections/everything"

# Features of a cluster or of later versions: a success is checked, too.
MAY_BE_REFUSED = (
    "snapshot",
    "/cluster/",
    "/shards",
    "/debugger",
    "/stacktrace",
    "/profiler/",
    "/audit/",
    "/groups",
    "/matrix/",
    "/recommend",
    "/discover",
)


def call(method, path, body=None, status=None):
    """Sends a request, checks the response, returns its result."""
    data = None if body is None else body if isinstance(body, str) else json.dumps(body)
    connection.request(method, path, data, {"content-type": "application/json"})
    response = connection.getresponse()
    text = response.read().decode()
    route = route_of(method, path)
    found = response_problems(route, response.status, response.getheader("content-type", ""), text)
    assert not found, f"{route}: {response.status}: {found[:5]}: {text[:600]}"
    (succeeded if response.status < 400 else refused)[str(route)] += 1
    assert response.status == (status or 200), f"{route}: {response.status}: {text[:300]}"
    return json.loads(text).get("result") if text[:1] == "{" else text


def may_refuse(method, path, body=None):
    """A call of a route that may be refused: what matters is the form of the answer."""
    try:
        call(method, path, body)
    except AssertionError as error:
        if "not supported by this version" not in str(error) and "standalone mode" not in str(error):
            raise


def service():
    for path in ("/", "/healthz", "/livez", "/readyz", "/metrics", "/metrics?per_collection=true", "/cluster"):
        call("GET", path)
    for level in range(4):
        call("GET", f"/telemetry?details_level={level}&anonymize={'true' if level == 3 else 'false'}")
    call("GET", "/logger")
    call("POST", "/logger", {"log_level": "INFO"})
    call("POST", "/logger", "{", 400)


def node():
    quota = {"enabled": True, "max_disk_usage_percent": 100, "release_margin_percent": 1}
    call("PUT", "/quotas?wait=true", quota)
    answer = call("GET", "/quotas")
    assert answer["config"] == {"max_resident_memory_percent": None, **quota}, answer
    call("PUT", "/quotas", {"max_disk_usage_percent": 101}, 422)
    if answer["usage"]["disk_usage_percent"] > 1:
        call("PUT", "/quotas", {**quota, "max_disk_usage_percent": 1, "release_margin_percent": 0})
        call("PUT", f"{C}/points?wait=true", {"points": [{"id": 1, "vector": [1, 1, 1, 1]}]}, 507)
        call("POST", f"{C}/points/delete?wait=true", {"points": [1000]})
    call("PUT", "/quotas", {})
    call("DELETE", "/issues")
    assert call("GET", "/issues") == {"issues": []}
    call("POST", f"{C}/points/count", {"filter": {"must": [{"key": "slow", "range": {"gt": 3}}]}})
    issue = call("GET", "/issues")["issues"][0]
    assert issue["id"] == "UNINDEXED_FIELD/schema walk/slow", issue
    action = issue["solution"]["immediate_choice"][1]["action"]
    assert action["body"] == {"field_name": "slow", "field_schema": "float"}, issue
    call(action["method"], action["uri"], action["body"])
    assert call("GET", "/issues") == {"issues": []}


def collections():
    call("DELETE", C)
    call("PUT", C, {"vectors": {"size": 4, "distance": "Cosine"}, "metadata": {"a": [1, None]}})
    call("PUT", C, {"vectors": {"size": 4, "distance": "Cosine"}}, 409)
    call("PUT", "/collections/a:b", {}, 422)
    call("GET", "/collections")
    call("GET", f"{C}/exists")
    call("GET", "/collections/none", status=404)
    call("GET", C)
    call("PATCH", C, {"optimizers_config": {"indexing_threshold": 0}, "metadata": {"b": 1.5}})
    for path in ("/cluster", "/memory", "/shards", "/optimizations?with=queued,completed,idle_segments"):
        call("GET", C + path)
    call("GET", f"{C}/optimizations?with=nothing", status=400)
    call("POST", f"{C}/truncate_unapplied_wal")


def configurations():
    quantizations = [
        {"scalar": {"type": "int8", "quantile": 0.9, "always_ram": True}},
        {"product": {"compression": "x16", "always_ram": False}},
        {"binary": {"encoding": "two_bits", "query_encoding": "scalar8bits", "memory": "cached"}},
        {"turbo": {"bits": "bits2"}},
    ]
    names = zip("abcd", ("Cosine", "Dot", "Euclid", "Manhattan"), ("float32", "float16", "uint8", "turbo4"), quantizations)
    call("DELETE", FULL)
    call(
        "PUT",
        FULL,
        {
            "vectors": {
                name: {
                    "size": 8,
                    "distance": distance,
                    "datatype": datatype,
                    "quantization_config": quantization if distance != "Manhattan" else None,
                    "on_disk": True,
                    "hnsw_config": {"m": 8, "ef_construct": 20, "payload_m": 4, "inline_storage": False},
                }
                for name, distance, datatype, quantization in names
            },
            "shard_number": 2,
            "on_disk_payload": False,
            "hnsw_config": {"m": 10, "memory": "cold"},
            "optimizers_config": {"max_segment_size": 5, "memmap_threshold": 6, "max_optimization_threads": 2},
            "wal_config": {"wal_capacity_mb": 3, "wal_segments_ahead": 1},
            "quantization_config": {"scalar": {"type": "int8"}},
            "strict_mode_config": {
                "enabled": False,
                "max_query_limit": 5,
                "search_max_oversampling": 1.5,
                "sparse_config": {"s": {"max_length": 3}},
                "multivector_config": {"m": {"max_vectors": 3}},
                "max_resident_memory_percent": 90,
            },
            "metadata": {"deep": {"er": [1, "x", None]}},
        },
    )
    call("GET", FULL)
    call("GET", f"{FULL}/cluster")
    call("PATCH", FULL, {"quantization_config": "Disabled", "params": {"read_fan_out_factor": 2}})
    assert call("GET", FULL)["config"]["quantization_config"] is None
    call("PUT", f"{FULL}/vectors/e", {"dense": {"size": 2, "distance": "Dot"}})
    call("DELETE", f"{FULL}/vectors/e?wait=true")
    call("DELETE", f"{FULL}/vectors/none", status=400)
    vectors = {"a": [0.5] * 8, "b": [1] * 8}
    call("PUT", f"{FULL}/points?wait=true", {"points": [{"id": i, "vector": vectors} for i in range(5)]})
    call("POST", f"{FULL}/points/query", {"query": [1] * 8, "using": "b", "with_vector": True})
    call("POST", f"{FULL}/points", {"ids": [1, 3], "with_vector": ["a"]})
    for level in range(1, 11):
        call("GET", f"/telemetry?details_level={level}")


def aliases():
    call("POST", "/collections/aliases", {"actions": [{"create_alias": {"collection_name": "schema walk", "alias_name": "w"}}]})
    call("GET", "/aliases")
    call("GET", f"{C}/aliases")
    call("POST", "/collections/aliases", {"actions": [{"rename_alias": {"old_alias_name": "x", "new_alias_name": "y"}}]}, 404)
    call("POST", "/collections/aliases", {"actions": [{"delete_alias": {"alias_name": "w"}}]})


def payload_indexes():
    schemas = {
        "kind": {"type": "keyword", "is_tenant": True, "prefix": True},
        "n": {"type": "integer", "lookup": True, "range": True, "is_principal": False},
        "x": {"type": "float", "on_disk": True},
        "place": {"type": "geo"},
        "title": {"type": "text", "tokenizer": "word", "lowercase": True, "stopwords": "english", "min_token_len": 2},
        "words": {"type": "text", "stopwords": {"languages": ["english"], "custom": ["x"]}, "stemmer": {"type": "snowball", "language": "english"}},
        "unstemmed": {"type": "text", "stemmer": {"type": "none"}, "phrase_matching": True},
        "flag": {"type": "bool", "memory": "cached"},
        "at": {"type": "datetime", "enable_hnsw": False},
        "uid": {"type": "uuid"},
        "plain": "keyword",
    }
    for field, schema in schemas.items():
        call("PUT", f"{C}/index?wait=true", {"field_name": field, "field_schema": schema})
    info = call("GET", C)
    assert set(schemas) <= set(info["payload_schema"]), info
    call("DELETE", f"{C}/index/{quote('plain')}?wait=true")
    call("PUT", f"{C}/index", {"field_name": "z"}, 400)


def updates():
    points = [
        {"id": i, "vector": [1, i / 7, 0.5, -1], "payload": {"n": i, "kind": "ab"[i % 2], "f": i / 2, "flag": True, "e": None}}
        for i in range(30)
    ]
    call("PUT", f"{C}/points?wait=true&ordering=strong", {"points": points})
    call("PUT", f"{C}/points", {"batch": {"ids": ["0e5f0fd9-0c2c-4e0c-8f5f-4ae5cd7e7b42"], "vectors": [[1, 2, 3, 4]], "payloads": [None]}})
    call("PUT", f"{C}/points?wait=true", {"points": []}, 400)
    call("PUT", f"{C}/points?wait=true", {"points": [{"id": 1, "vector": [1]}]}, 400)
    call("PUT", f"{C}/points/vectors?wait=true", {"points": [{"id": 1, "vector": [1, 1, 1, 1]}]})
    call("POST", f"{C}/points/vectors/delete?wait=true", {"points": [2], "vector": [""]})
    call("POST", f"{C}/points/payload?wait=true", {"payload": {"a": {"b": 1}}, "points": [1]})
    call("PUT", f"{C}/points/payload?wait=true", {"payload": {"n": 3}, "filter": {"must": [{"has_id": [3]}]}})
    call("POST", f"{C}/points/payload/delete?wait=true", {"keys": ["a.b"], "points": [1]})
    call("POST", f"{C}/points/payload/clear?wait=true", {"points": [5]})
    call("POST", f"{C}/points/payload?wait=true", {"payload": {"a": 1}, "points": [99]}, 404)
    call("POST", f"{C}/points/delete?wait=true", {"filter": {"must": [{"key": "n", "match": {"value": 29}}]}})
    call("POST", f"{C}/points/batch?wait=true", {"operations": [{"delete": {"points": [28]}}, {"set_payload": {"payload": {"z": 1}, "points": [0]}}]})


def reads():
    call("GET", f"{C}/points/1")
    call("GET", f"{C}/points/0e5f0fd9-0c2c-4e0c-8f5f-4ae5cd7e7b42")
    call("GET", f"{C}/points/12345", status=404)
    call("GET", f"{C}/points/x", status=400)
    for selection in ({}, {"with_payload": True, "with_vector": True}, {"with_payload": ["n"], "with_vector": [""]}):
        call("POST", f"{C}/points", {"ids": [1, 2, 77], **selection})
        call("POST", f"{C}/points/scroll", {"limit": 3, **selection})
        call("POST", f"{C}/points/query", {"query": [1, 2, 3, 4], **selection})
        call("POST", f"{C}/points/search", {"vector": [1, 2, 3, 4], "limit": 4, **selection})
    for key in ("n", "x", "at"):
        call("POST", f"{C}/points/scroll", {"order_by": key})
    call("POST", f"{C}/points/scroll", {"limit": 100})
    call("POST", f"{C}/points/scroll", {"order_by": "kind"}, 400)
    call("POST", f"{C}/points/count", {"exact": False})
    call("POST", f"{C}/points/count", {"filter": {"must": [{"key": "n", "range": {"lt": 5}}]}})
    call("POST", f"{C}/points/count", {"filter": {"wrong": []}}, 400)
    for key in ("kind", "n", "flag"):
        call("POST", f"{C}/facet", {"key": key})
    for query in (None, 1, {"order_by": "n"}, {"sample": "random"}):
        call("POST", f"{C}/points/query", {"query": query, "limit": 2})
    call("POST", f"{C}/points/query", {"query": 98765}, 404)
    call("POST", f"{C}/points/query", {"query": [1, 2, 3, 4], "limit": 0}, 422)
    call("POST", f"{C}/points/query/batch", {"searches": [{"query": [1, 2, 3, 4]}, {"limit": 1}]})
    call("POST", f"{C}/points/search/batch", {"searches": [{"vector": [1, 2, 3, 4], "limit": 2}]})


def other_queries():
    recommend = {"positive": [1], "negative": [7], "limit": 3}
    discover = {"target": 1, "context": [{"positive": 3, "negative": 4}], "limit": 3}
    groups = {"group_by": "kind", "limit": 2, "group_size": 2}
    may_refuse("POST", f"{C}/points/recommend", recommend)
    may_refuse("POST", f"{C}/points/recommend/batch", {"searches": [recommend]})
    may_refuse("POST", f"{C}/points/recommend/groups", {"positive": [1], **groups})
    may_refuse("POST", f"{C}/points/discover", discover)
    may_refuse("POST", f"{C}/points/discover/batch", {"searches": [discover]})
    may_refuse("POST", f"{C}/points/search/groups", {"vector": [1, 2, 3, 4], **groups})
    may_refuse("POST", f"{C}/points/query/groups", {"query": 1, **groups, "with_lookup": "schema walk"})
    for form in ("pairs", "offsets"):
        may_refuse("POST", f"{C}/points/search/matrix/{form}", {"sample": 10, "limit": 2})
    prefetch = [{"query": [1, 2, 3, 4], "limit": 5}, {"query": 3}]
    may_refuse("POST", f"{C}/points/query", {"prefetch": prefetch, "query": {"fusion": "rrf"}})
    may_refuse("POST", f"{C}/points/query", {"prefetch": prefetch, "query": {"formula": {"sum": ["$score", 1.5]}}})
    may_refuse("POST", f"{C}/points/query", {"query": {"nearest": [1, 2, 3, 4], "mmr": {}}})


def refusals():
    for method, path in (
        ("GET", "/snapshots"),
        ("POST", "/snapshots"),
        ("GET", f"{C}/snapshots"),
        ("POST", f"{C}/snapshots"),
        ("PUT", f"{C}/snapshots/recover"),
        ("DELETE", f"{C}/snapshots/x"),
        ("GET", f"{C}/shards/0/snapshots"),
        ("GET", f"{C}/shards/0/snapshot/partial/manifest"),
        ("POST", "/cluster/recover"),
        ("DELETE", "/cluster/peer/1"),
        ("GET", "/cluster/telemetry"),
        ("GET", "/cluster/metadata/keys"),
        ("POST", f"{C}/cluster"),
        ("PUT", f"{C}/shards"),
        ("POST", f"{C}/shards/delete"),
        ("POST", "/audit/logs"),
        ("GET", "/debugger"),
        ("GET", "/stacktrace"),
        ("GET", "/profiler/slow_requests"),
    ):
        may_refuse(method, path, None if method == "GET" else "{}")


def ends():
    call("DELETE", C)
    call("DELETE", FULL)
    missing = [str(r) for r in ROUTES if not succeeded[str(r)] and not any(word in r.path for word in MAY_BE_REFUSED)]
    missing.remove("POST /collections/{collection_name}/cluster")
    assert not missing, missing


for function in (
    service,
    collections,
    configurations,
    aliases,
    payload_indexes,
    updates,
    reads,
    other_queries,
    node,
    refusals,
    ends,
):
    case(function.__name__.replace("_", " "), function)
print(f"# {sum(succeeded.values())} successes, {sum(refused.values())} errors, {len(succeeded)} routes")
finish()
