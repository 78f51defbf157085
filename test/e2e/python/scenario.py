# scenario.py: what applications do with the official Python client, unmodified.
#
# usage: scenario.py URL [GRPC_PORT]      with a port, over gRPC

import sys
import uuid

from qdrant_client import models

from clients import connect
from tap import case, finish, raises, same

client = connect(*sys.argv[1:3])
NAME = "scenario collection"


def fresh(name=NAME, **options):
    client.delete_collection(name)
    options.setdefault("vectors_config", models.VectorParams(size=4, distance=models.Distance.COSINE))
    client.create_collection(name, **options)


def points(n=20):
    return [
        models.PointStruct(
            id=i,
            vector=[1.0, i / 10, 0.5, (i % 3) / 3],
            payload={"n": i, "kind": ["a", "b", "c"][i % 3], "tags": [f"t{i % 2}", "all"], "price": i + 0.5},
        )
        for i in range(n)
    ]


def filled(n=20):
    fresh()
    client.upsert(NAME, points(n), wait=True)


def collections():
    fresh()
    assert client.collection_exists(NAME)
    assert NAME in [c.name for c in client.get_collections().collections]
    info = client.get_collection(NAME)
    same(info.config.params.vectors.size, 4)
    same(info.points_count, 0)
    raises(409, "already exists", client.create_collection, NAME, vectors_config=info.config.params.vectors)
    assert client.delete_collection(NAME)
    assert not client.delete_collection(NAME)
    assert not client.collection_exists(NAME)
    raises(404, f"Collection `{NAME}` doesn't exist!", client.get_collection, NAME)


def upsert_and_search():
    filled()
    hits = client.query_points(NAME, query=[1.0, 0.5, 0.5, 2 / 3], limit=3, with_payload=True).points
    same(hits[0].id, 5)
    assert abs(hits[0].score - 1) < 1e-5
    same(hits[0].payload["kind"], "c")
    assert hits[0].score >= hits[1].score >= hits[2].score
    same(client.query_points(NAME, query=[1.0, 0.5, 0.5, 0.0], limit=3, with_payload=False).points[0].payload, None)
    by_id = client.query_points(NAME, query=5, limit=30).points
    assert 5 not in [p.id for p in by_id]
    same(len(by_id), 19)
    over = client.query_points(NAME, query=[1.0, 0.5, 0.5, 2 / 3], score_threshold=0.9999, limit=20).points
    assert 0 < len(over) < 20 and all(p.score > 0.9999 for p in over)


def filters():
    filled()
    condition = models.FieldCondition
    kind_a = models.Filter(must=[condition(key="kind", match=models.MatchValue(value="a"))])
    same(client.count(NAME, count_filter=kind_a).count, 7)
    cheap = models.Filter(
        must=[condition(key="price", range=models.Range(lt=3.0))],
        must_not=[condition(key="tags", match=models.MatchValue(value="t0"))],
    )
    found, offset = client.scroll(NAME, scroll_filter=cheap)
    same(([p.id for p in found], offset), ([1], None))
    ids = models.Filter(must=[models.HasIdCondition(has_id=[3, 4, 99])])
    same(sorted(p.id for p in client.query_points(NAME, query=[1, 1, 1, 1], query_filter=ids).points), [3, 4])


def scroll_pages():
    filled()
    seen, offset = [], None
    while True:
        page, offset = client.scroll(NAME, limit=7, offset=offset, with_vectors=True)
        seen += [p.id for p in page]
        if offset is None:
            break
    same(seen, list(range(20)))
    client.create_payload_index(NAME, "n", models.PayloadSchemaType.INTEGER, wait=True)
    ordered, _ = client.scroll(NAME, limit=3, order_by=models.OrderBy(key="n", direction=models.Direction.DESC))
    same([p.id for p in ordered], [19, 18, 17])
    raises(400, "No range index", client.scroll, NAME, order_by="kind")


def payloads():
    filled(4)
    client.set_payload(NAME, {"new": 1, "kind": None}, points=[1], wait=True)
    same(client.retrieve(NAME, [1])[0].payload, {"n": 1, "tags": ["t1", "all"], "price": 1.5, "new": 1})
    client.overwrite_payload(NAME, {"only": {"deep": [1]}}, points=[2], wait=True)
    client.set_payload(NAME, {"x": 2}, points=[2], key="only", wait=True)
    same(client.retrieve(NAME, [2])[0].payload, {"only": {"deep": [1], "x": 2}})
    client.delete_payload(NAME, ["only.deep"], points=[2], wait=True)
    same(client.retrieve(NAME, [2])[0].payload, {"only": {"x": 2}})
    client.clear_payload(NAME, points_selector=[2], wait=True)
    same(client.retrieve(NAME, [2])[0].payload, {})
    same(client.retrieve(NAME, [0], with_payload=["tags"])[0].payload, {"tags": ["t0", "all"]})
    raises(404, "No point with id 99 found", client.set_payload, NAME, {"a": 1}, points=[99], wait=True)


def deletes():
    filled()
    client.delete(NAME, [0, 1, 1000], wait=True)
    condition = models.FieldCondition(key="n", range=models.Range(gte=15))
    client.delete(NAME, models.FilterSelector(filter=models.Filter(must=[condition])), wait=True)
    same(client.count(NAME).count, 13)


def batches():
    filled(3)
    client.batch_update_points(
        NAME,
        [
            models.UpsertOperation(upsert=models.PointsList(points=[models.PointStruct(id=50, vector=[1, 0, 0, 0])])),
            models.SetPayloadOperation(set_payload=models.SetPayload(payload={"z": 1}, points=[50])),
            models.DeleteOperation(delete=models.PointIdsList(points=[0])),
        ],
        wait=True,
    )
    same(client.retrieve(NAME, [50, 0])[0].payload, {"z": 1})
    same(client.count(NAME).count, 3)
    requests = [models.QueryRequest(query=[1, i, 0, 0], limit=2) for i in range(5)]
    answers = client.query_batch_points(NAME, requests)
    for request, answer in zip(requests, answers):
        same([p.id for p in answer.points], [p.id for p in client.query_points(NAME, query=request.query, limit=2).points])


def named_vectors_and_uuids():
    name = "named"
    fresh(
        name,
        vectors_config={
            "a": models.VectorParams(size=2, distance=models.Distance.EUCLID),
            "b": models.VectorParams(size=3, distance=models.Distance.MANHATTAN),
        },
    )
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    client.upsert(
        name,
        [models.PointStruct(id=first, vector={"a": [1, 2], "b": [1, 2, 3]}), models.PointStruct(id=second, vector={"a": [4, 6]})],
        wait=True,
    )
    hits = client.query_points(name, query=[1, 2], using="a", with_vectors=True).points
    same([(p.id, p.score) for p in hits], [(first, 0.0), (second, 5.0)])
    same(hits[1].vector, {"a": [4.0, 6.0]})
    same([p.id for p in client.query_points(name, query=[1, 2, 3], using="b").points], [first])
    client.update_vectors(name, [models.PointVectors(id=second, vector={"b": [1, 2, 4]})], wait=True)
    same([p.score for p in client.query_points(name, query=[1, 2, 3], using="b").points], [0.0, 1.0])
    client.delete_vectors(name, ["a"], points=[first], wait=True)
    same([p.id for p in client.query_points(name, query=[1, 2], using="a").points], [second])
    raises(400, "Not existing vector name error: x", client.query_points, name, query=[1, 2], using="x")
    client.delete_collection(name)


def facets():
    filled()
    raises(400, "No appropriate index for faceting", client.facet, NAME, "kind")
    client.create_payload_index(NAME, "kind", models.PayloadSchemaType.KEYWORD, wait=True)
    same([(h.value, h.count) for h in client.facet(NAME, "kind", exact=True).hits], [("a", 7), ("b", 7), ("c", 6)])
    same(client.get_collection(NAME).payload_schema["kind"].points, 20)
    client.delete_payload_index(NAME, "kind", wait=True)
    same(client.get_collection(NAME).payload_schema, {})


def aliases():
    filled(3)
    client.update_collection_aliases(
        [models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=NAME, alias_name="other"))]
    )
    same(client.count("other").count, 3)
    same([a.alias_name for a in client.get_collection_aliases(NAME).aliases], ["other"])
    client.update_collection_aliases([models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name="other"))])
    raises(404, "doesn't exist", client.count, "other")


def errors():
    filled(1)
    raises(400, "expected dim: 4, got 2", client.upsert, NAME, [models.PointStruct(id=1, vector=[1, 2])])
    raises(400, "expected dim: 4, got 3", client.query_points, NAME, query=[1, 2, 3])
    raises(404, "No point with id 77 found", client.query_points, NAME, query=77)
    raises(422, "must be 1 or larger", client.query_points, NAME, query=[1, 2, 3, 4], limit=0)
    same(client.count(NAME).count, 1)


for function in (
    collections,
    upsert_and_search,
    filters,
    scroll_pages,
    payloads,
    deletes,
    batches,
    named_vectors_and_uuids,
    facets,
    aliases,
    errors,
):
    case(function.__name__.replace("_", " "), function)
client.delete_collection(NAME)
finish()
