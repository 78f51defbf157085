# rest_and_grpc.py: random reads through REST and through gRPC with equal answers, scores and
# texts of errors included; and random updates of two collections, one through each, which
# must be equal after each.
#
# usage: rest_and_grpc.py URL SEED ROUNDS GRPC_PORT

import json
import struct

import grpc
from qdrant_client import models
from qdrant_client import grpc as messages
from qdrant_client.http.exceptions import UnexpectedResponse

import random_formulas
from clients import connect
from comparing import grpc_port, rng, rounds, to_both, url
from random_points import maybe_filter, payload
from random_queries import (
    DIMENSION,
    OTHER,
    POINTS,
    SEARCHES,
    Examples,
    fusion,
    page,
    prefetches,
    search,
    vector,
)
from tap import case, finish, same

rest, over_grpc = connect(url), connect(url, grpc_port)
both = to_both(rest, over_grpc)

NAME, TWINS = "rest and grpc", ("rest twin", "grpc twin")
UUIDS = [f"00000000-0000-4000-8000-{i:012d}" for i in range(20)]
CODES = {
    400: ("INVALID_ARGUMENT", "UNIMPLEMENTED"),
    404: ("NOT_FOUND",),
    409: ("ALREADY_EXISTS",),
    422: ("INVALID_ARGUMENT",),
}
outcomes = {"answers": 0, "errors": 0}


# ---- comparing


def single(number):
    """As a 32-bit float: JSON has fewer digits than the double that gRPC's float becomes."""
    return struct.unpack("f", struct.pack("f", number))[0]


def singles(value):
    if isinstance(value, dict):
        return {key: singles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [singles(item) for item in value]
    return single(value) if isinstance(value, float) else value


def plain(value):
    """Results as lists and dictionaries; what has no payload or vector says so in one way."""
    if hasattr(value, "model_dump"):
        value = value.model_dump()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: plain(item) for key, item in value.items()}
    for key in found.keys() & {"score", "scores", "vector"}:
        found[key] = singles(found[key])
    for key in found.keys() & {"vector", "payload", "metadata"}:
        found[key] = found[key] or None
    return found


def outcome(call, client):
    try:
        return plain(call(client)), None
    except UnexpectedResponse as error:
        return None, (error.status_code, json.loads(error.content)["status"]["error"])
    except grpc.RpcError as error:
        return None, (error.code().name, error.details())


def same_errors(found, wanted, what):
    assert found and wanted, f"{what}: {found} {wanted}"
    assert wanted[0] in CODES[found[0]], f"{what}: {found} {wanted}"
    if found[0] != 422 and not found[1].startswith("Format error"):  # these name places of a body
        same(found[1], wanted[1], what)


def same_outcomes(first, second, what):
    (found, error), (wanted, other_error) = first, second
    outcomes["errors" if error else "answers"] += 1
    if error or other_error:
        same_errors(error, other_error, what)
    else:
        same(found, wanted, what)


def compare(method, *arguments, **keywords):
    """A read of the one collection."""

    def call(client):
        return getattr(client, method)(NAME, *arguments, **keywords)

    same_outcomes(*both(lambda c: outcome(call, c)), f"{method} {arguments} {keywords}")


# ---- reads


def vectors():
    return rng.choice([{"a": vector(), "b": vector()}, {"a": vector()}])


def fill(distance):
    params = models.VectorParams(size=DIMENSION, distance=distance)
    points = [
        models.PointStruct(id=i, vector={"a": vector()} if i % 10 == 0 else {"a": vector(), "b": vector()}, payload=payload())
        for i in range(POINTS)
    ]
    others = [models.PointStruct(id=i, vector={"c": vector()}, payload={"title": f"t{i}"}) for i in range(20)]
    for name, names, rows in ((NAME, "ab", points), (OTHER, "c", others)):
        rest.delete_collection(name)
        rest.create_collection(name, vectors_config={v: params for v in names})
        rest.upsert(name, rows, wait=True)
    for field, kind in (("kind", "keyword"), ("n", "integer"), ("x", "float"), ("at", "datetime"), ("deep.flag", "bool")):
        over_grpc.create_payload_index(NAME, field, field_schema=kind, wait=True)


def shown():
    return {
        "with_payload": rng.choice(
            [True, False, ["kind", "deep.list[].v"], models.PayloadSelectorExclude(exclude=["tags", "deep.flag"])]
        ),
        "with_vectors": rng.choice([True, False, ["b"]]),
    }


def found_by():
    return {
        "query_filter": maybe_filter(),
        "search_params": rng.choice([None, models.SearchParams(exact=True), models.SearchParams(hnsw_ef=rng.randrange(1, 99))]),
        "score_threshold": rng.choice([None, None, rng.uniform(-1, 1)]),
    }


def searches(kind):
    arguments, _ = search(kind)
    compare("query_points", **arguments, **found_by(), **shown(), **page())


def wrong_searches():
    query = rng.choice([[1.0] * (DIMENSION + 1), 9999, vector(), models.NearestQuery(nearest=[1.0])])
    compare("query_points", query=query, using=rng.choice(["a", "none", None]), limit=rng.choice([0, 5]))
    compare("query_points", query=models.FusionQuery(fusion=models.Fusion.RRF))
    compare("query_points", query=models.OrderByQuery(order_by=rng.choice(["place", "absent", "a..b"])))
    recommend = models.RecommendInput(negative=[vector()], strategy=rng.choice([None, *models.RecommendStrategy]))
    compare("query_points", query=models.RecommendQuery(recommend=recommend), using="a")
    compare("query_points", query=models.SparseVector(indices=[1], values=[2.0]), using="a")
    compare("query_points", query=[vector(), vector()], using="a")
    compare("query_points", query=1, using="a", lookup_from=models.LookupLocation(collection="nowhere"))
    compare("query_points", query=models.NearestQuery(nearest=1, mmr=models.Mmr(diversity=2.0)), using="a")
    compare("query_points", prefetch=[models.Prefetch(query=vector(), using="a")])


def mmr():
    setting = models.Mmr(diversity=rng.choice([None, 0, 1, rng.random()]), candidates_limit=rng.choice([None, 30]))
    query = models.NearestQuery(nearest=Examples(False).one(), mmr=setting)
    compare("query_points", query=query, using=rng.choice("ab"), **found_by(), **shown(), **page())


def fusions():
    sources, _ = prefetches(2)
    compare("query_points", query=fusion(len(sources)), prefetch=sources, query_filter=maybe_filter(), **shown(), **page())


def rescoring():
    sources, _ = prefetches(2)
    arguments, _ = search(rng.choice(SEARCHES))
    compare("query_points", prefetch=sources, **arguments, **found_by(), **shown(), **page())


def formulas():
    sources, _ = prefetches(1)
    compare("query_points", prefetch=sources, query=random_formulas.formula(), **shown(), **page())


def orders():
    order = models.OrderBy(
        key=rng.choice(["n", "x", "at"]),
        direction=rng.choice([None, *models.Direction]),
        start_from=rng.choice([None, None, 3]),
    )
    compare("query_points", query=models.OrderByQuery(order_by=order), query_filter=maybe_filter(), **shown(), **page())
    compare("scroll", order_by=order, scroll_filter=maybe_filter(), limit=rng.randrange(1, 200), **shown())


def no_query():
    compare("query_points", query_filter=maybe_filter(), **shown(), **page())


def samples():
    """Random, but all of them when there are no more."""
    chosen, query = maybe_filter(), models.SampleQuery(sample=models.Sample.RANDOM)
    ids = lambda client: sorted(p.id for p in client.query_points(NAME, query=query, query_filter=chosen, limit=POINTS).points)
    same(*both(ids), f"sample of {chosen}")


def batches():
    requests = []
    for _ in range(rng.randrange(1, 6)):
        arguments, _ = search(rng.choice(SEARCHES))
        requests.append(models.QueryRequest(filter=maybe_filter(), limit=7, **arguments))
    compare("query_batch_points", requests)


def groups():
    arguments, _ = search(rng.choice(SEARCHES))
    compare(
        "query_points_groups",
        group_by=rng.choice(["kind", "n", "tags", "deep.list[].v", "absent", "a..b"]),
        limit=rng.randrange(6),
        group_size=rng.randrange(1, 4),
        with_lookup=rng.choice([None, OTHER, models.WithLookup(collection=OTHER, with_vectors=True), "nowhere"]),
        **arguments,
        **found_by(),
        **shown(),
    )


def facets():
    key = rng.choice(["kind", "n", "deep.flag", "tags", "x", "a..b"])
    compare("facet", key, facet_filter=maybe_filter(), limit=rng.randrange(12), exact=True)


def matrices():
    """Of all points that match: a smaller sample is random."""
    arguments = {"query_filter": maybe_filter(), "sample": 2 * POINTS, "limit": rng.randrange(1, 6), "using": rng.choice("abz")}
    compare("search_matrix_pairs", **arguments)
    compare("search_matrix_offsets", **arguments)


def scrolls():
    compare("scroll", scroll_filter=maybe_filter(), limit=rng.randrange(30), offset=rng.choice([None, rng.randrange(130)]), **shown())
    compare("count", count_filter=maybe_filter(), exact=True)
    compare("retrieve", [rng.randrange(150) for _ in range(rng.randrange(5))] + UUIDS[:1], **shown())


def older_calls():
    """The calls that the client no longer makes answer as the universal ones do."""
    points = over_grpc.grpc_points
    ids = lambda result: [(p.id.num, p.score) for p in result]
    wanted = lambda **arguments: [(p.id, p.score) for p in over_grpc.query_points(NAME, using="a", limit=5, **arguments).points]
    some, one, two = vector(), messages.PointId(num=11), messages.PointId(num=12)
    searching = messages.SearchPoints(collection_name=NAME, vector=some, vector_name="a", limit=5)
    same(ids(points.Search(searching).result), wanted(query=some))
    several = points.SearchBatch(messages.SearchBatchPoints(collection_name=NAME, search_points=[searching] * 2))
    same([ids(r.result) for r in several.result], [wanted(query=some)] * 2)
    recommending = messages.RecommendPoints(collection_name=NAME, positive=[one], negative=[two], using="a", limit=5)
    query = models.RecommendQuery(recommend=models.RecommendInput(positive=[11], negative=[12]))
    same(ids(points.Recommend(recommending).result), wanted(query=query))
    several = points.RecommendBatch(messages.RecommendBatchPoints(collection_name=NAME, recommend_points=[recommending]))
    same(ids(several.result[0].result), wanted(query=query))
    pair = messages.ContextExamplePair(positive=messages.VectorExample(id=one), negative=messages.VectorExample(id=two))
    discovering = messages.DiscoverPoints(collection_name=NAME, context=[pair], using="a", limit=5)
    query = models.ContextQuery(context=[models.ContextPair(positive=11, negative=12)])
    same(ids(points.Discover(discovering).result), wanted(query=query))
    several = points.DiscoverBatch(messages.DiscoverBatchPoints(collection_name=NAME, discover_points=[discovering]))
    same(ids(several.result[0].result), wanted(query=query))
    grouping = {"group_by": "kind", "group_size": 2, "limit": 3, "collection_name": NAME}
    found = points.SearchGroups(messages.SearchPointGroups(vector=some, vector_name="a", **grouping)).result.groups
    universal = over_grpc.query_points_groups(NAME, query=some, using="a", group_by="kind", group_size=2, limit=3).groups
    same([(g.id.string_value, ids(g.hits)) for g in found], [(g.id, [(p.id, p.score) for p in g.hits]) for g in universal])
    found = points.RecommendGroups(messages.RecommendPointGroups(positive=[one], using="a", **grouping)).result.groups
    universal = over_grpc.query_points_groups(NAME, query=11, using="a", group_by="kind", group_size=2, limit=3).groups
    same([(g.id.string_value, ids(g.hits)) for g in found], [(g.id, [(p.id, p.score) for p in g.hits]) for g in universal])


def descriptions():
    compare("get_collection")
    compare("get_collection_aliases")
    compare("collection_exists")


# ---- updates


def some_ids():
    return [rng.choice([rng.randrange(40), rng.choice(UUIDS)]) for _ in range(rng.randrange(1, 6))]


def selector():
    return some_ids() if rng.random() < 0.6 else models.Filter(must=[models.FieldCondition(key="n", range=models.Range(lt=rng.randrange(20)))])


def wrongly(value, wrong):
    """Now and then what is refused."""
    return wrong if rng.random() < 0.05 else value


def new_vectors():
    return wrongly(vectors(), rng.choice([{"a": [1.0]}, {"z": vector()}, {"a": [0.5] * (DIMENSION + 2)}]))


def upsert():
    points = [models.PointStruct(id=i, vector=new_vectors(), payload=payload()) for i in some_ids()]
    condition = rng.choice([None, None, maybe_filter()])
    return "upsert", {"points": points, "update_filter": condition, "update_mode": rng.choice([None, *models.UpdateMode])}


def update_vectors():
    points = [models.PointVectors(id=i, vector=new_vectors()) for i in some_ids()]
    return "update_vectors", {"points": points, "update_filter": rng.choice([None, maybe_filter()])}


def delete_vectors():
    return "delete_vectors", {"vectors": wrongly(["b"], ["z"]), "points": selector()}


def set_payload():
    key = rng.choice([None, None, "deep", "deep.new", wrongly("tags", "a..b")])
    return "set_payload", {"payload": payload(), "points": selector(), "key": key}


def overwrite_payload():
    return "overwrite_payload", {"payload": payload(), "points": selector()}


def delete_payload():
    return "delete_payload", {"keys": [rng.choice(["kind", "deep.list", wrongly("n", "a..b")])], "points": selector()}


def clear_payload():
    return "clear_payload", {"points_selector": selector()}


def delete():
    return "delete", {"points_selector": selector()}


def operation():
    """One of a batch."""
    ids, chosen = some_ids(), maybe_filter()
    points = [models.PointStruct(id=i, vector=new_vectors(), payload=payload()) for i in ids]
    return rng.choice(
        [
            models.UpsertOperation(upsert=models.PointsList(points=points, update_filter=chosen)),
            models.UpdateVectorsOperation(
                update_vectors=models.UpdateVectors(
                    points=[models.PointVectors(id=i, vector=new_vectors()) for i in ids], update_filter=chosen
                )
            ),
            models.DeleteVectorsOperation(delete_vectors=models.DeleteVectors(points=ids, vector=["b"])),
            models.SetPayloadOperation(set_payload=models.SetPayload(payload=payload(), points=ids)),
            models.OverwritePayloadOperation(overwrite_payload=models.SetPayload(payload=payload(), filter=chosen, points=ids)),
            models.DeletePayloadOperation(delete_payload=models.DeletePayload(keys=["kind"], points=ids)),
            models.ClearPayloadOperation(clear_payload=models.PointIdsList(points=ids)),
            models.DeleteOperation(delete=models.PointIdsList(points=ids)),
        ]
    )


def batch():
    return "batch_update_points", {"update_operations": [operation() for _ in range(rng.randrange(1, 5))]}


def create_index():
    kind = rng.choice([*models.PayloadSchemaType, models.KeywordIndexParams(type="keyword", is_tenant=True)])
    return "create_payload_index", {"field_name": rng.choice(["kind", "n", "x", "at", "a..b"]), "field_schema": kind}


def delete_index():
    return "delete_payload_index", {"field_name": rng.choice(["kind", "n", "x"])}


UPDATES = [
    *(upsert, upsert, upsert, update_vectors, delete_vectors, set_payload, overwrite_payload),
    *(delete_payload, clear_payload, delete, batch, batch, create_index, delete_index),
]


def contents(name):
    points = rest.scroll(name, limit=1000, with_payload=True, with_vectors=True)[0]
    schema = rest.get_collection(name).payload_schema
    return plain(points), {field: index.model_dump() for field, index in schema.items()}


def updates(distance):
    params = models.VectorParams(size=DIMENSION, distance=distance)
    for name in TWINS:
        rest.delete_collection(name)
        rest.create_collection(name, vectors_config={"a": params, "b": params})
    for _ in range(6 * rounds):
        method, arguments = rng.choice(UPDATES)()
        found = [
            outcome(lambda c: getattr(c, method)(name, wait=True, **arguments), client)
            for name, client in zip(TWINS, (rest, over_grpc))
        ]
        what = f"{method} {arguments}"
        same_outcomes(*found, what)
        same(contents(TWINS[1]), contents(TWINS[0]), what)


def repeated(function, *arguments):
    for _ in range(rounds):
        function(*arguments)


READS = [wrong_searches, mmr, fusions, rescoring, formulas, orders, no_query, samples, batches, groups, facets, matrices, scrolls]

for distance in models.Distance:
    case(f"a collection, {distance.value}", fill, distance)
    for kind in SEARCHES:
        case(f"{kind.__name__}, {distance.value}", repeated, searches, kind)
    for function in READS:
        case(f"{function.__name__.replace('_', ' ')}, {distance.value}", repeated, function)
    case(f"older calls, {distance.value}", older_calls)
    case(f"updates, {distance.value}", updates, distance)
case("descriptions of a collection", descriptions)
case("many answers and many errors", lambda: same(min(outcomes.values()) > 20 * rounds, True, str(outcomes)))
for name in (NAME, OTHER, *TWINS):
    rest.delete_collection(name)
finish()
