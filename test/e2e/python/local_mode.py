# local_mode.py: the same random operations on the server and on the client's in-process mode,
# with the same answers; or, with a port, through REST and through gRPC.
#
# usage: local_mode.py URL SEED ROUNDS [GRPC_PORT]

import random
import sys
import warnings

from qdrant_client import models

from clients import pair
from tap import case, finish, same

warnings.filterwarnings("ignore")
url, seed, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
server, local = pair(url, *sys.argv[4:5])
rng = random.Random(seed)
print(f"# seed {seed}")

NAME = "equal"
DIMENSION = 8
KINDS = ["red", "green", "blue", "ä b"]


def both(call):
    return call(server), call(local)


def vector():
    return [rng.uniform(-1, 1) for _ in range(DIMENSION)]


def payload():
    values = {
        "kind": rng.choice(KINDS),
        "n": rng.randrange(20),
        "x": rng.choice([rng.uniform(-5, 5), float(rng.randrange(5))]),
        "tags": rng.sample(KINDS, rng.randrange(4)),
        "deep": {"flag": rng.random() < 0.5, "list": [{"v": rng.randrange(3)} for _ in range(rng.randrange(3))]},
        "at": f"2024-0{rng.randrange(1, 10)}-1{rng.randrange(10)}T00:00:00Z",
        "place": {"lon": rng.uniform(-20, 20), "lat": rng.uniform(-20, 20)},
        "nothing": None,
    }
    return {key: value for key, value in values.items() if rng.random() < 0.8}


def condition(depth=0):
    field = models.FieldCondition
    choices = [
        lambda: field(key="kind", match=models.MatchValue(value=rng.choice(KINDS))),
        lambda: field(key="tags", match=models.MatchAny(any=rng.sample(KINDS, 2))),
        lambda: field(key="kind", match=models.MatchExcept(**{"except": rng.sample(KINDS, 2)})),
        lambda: field(key="n", match=models.MatchValue(value=rng.randrange(20))),
        lambda: field(key="n", range=models.Range(gte=rng.randrange(20), lt=rng.randrange(25))),
        lambda: field(key="x", range=models.Range(gt=rng.uniform(-5, 5))),
        lambda: field(key="deep.flag", match=models.MatchValue(value=rng.random() < 0.5)),
        lambda: field(key="deep.list[].v", match=models.MatchValue(value=rng.randrange(3))),
        lambda: field(key="tags", values_count=models.ValuesCount(gte=rng.randrange(4))),
        lambda: field(key="at", range=models.DatetimeRange(lt=f"2024-0{rng.randrange(1, 10)}-15T00:00:00Z")),
        lambda: field(
            key="place",
            geo_radius=models.GeoRadius(
                center=models.GeoPoint(lon=rng.uniform(-20, 20), lat=rng.uniform(-20, 20)),
                radius=rng.uniform(1e5, 3e6),
            ),
        ),
        lambda: field(
            key="place",
            geo_bounding_box=models.GeoBoundingBox(
                top_left=models.GeoPoint(lon=-10, lat=rng.uniform(0, 20)),
                bottom_right=models.GeoPoint(lon=rng.uniform(-9, 20), lat=-10),
            ),
        ),
        lambda: models.IsEmptyCondition(is_empty=models.PayloadField(key=rng.choice(["tags", "kind", "nothing"]))),
        lambda: models.IsNullCondition(is_null=models.PayloadField(key="nothing")),
        lambda: models.HasIdCondition(has_id=[rng.randrange(200) for _ in range(20)]),
        lambda: models.NestedCondition(
            nested=models.Nested(
                key="deep.list",
                filter=models.Filter(must=[field(key="v", match=models.MatchValue(value=rng.randrange(3)))]),
            )
        ),
    ]
    if depth < 2:
        choices.append(lambda: any_filter(depth + 1))
    return rng.choice(choices)()


def conditions(depth, most):
    return [condition(depth) for _ in range(rng.randrange(most + 1))]


def any_filter(depth=0):
    return models.Filter(
        must=conditions(depth, 2) or None, should=conditions(depth, 2) or None, must_not=conditions(depth, 1) or None
    )


def maybe_filter():
    return any_filter() if rng.random() < 0.7 else None


def upsert():
    points = [
        models.PointStruct(id=rng.randrange(200), vector=vector(), payload=payload()) for _ in range(rng.randrange(1, 20))
    ]
    both(lambda c: c.upsert(NAME, points, wait=True))


def existing(client=local):
    return [p.id for p in client.scroll(NAME, limit=1000, with_payload=False)[0]]


def some_ids():
    ids = existing()
    return rng.sample(ids, min(len(ids), rng.randrange(1, 6))) if ids else []


def change_payload():
    ids = some_ids()
    if not ids:
        return
    change = payload()
    change.pop("nothing", None)
    kind = rng.randrange(4)
    if kind == 0:
        both(lambda c: c.set_payload(NAME, change, points=ids, wait=True))
    elif kind == 1:
        both(lambda c: c.overwrite_payload(NAME, change, points=ids, wait=True))
    elif kind == 2:
        both(lambda c: c.delete_payload(NAME, ["kind", "n"], points=ids, wait=True))
    else:
        both(lambda c: c.clear_payload(NAME, points_selector=ids, wait=True))


def delete():
    if rng.random() < 0.5:
        ids = [rng.randrange(200) for _ in range(5)]
        both(lambda c: c.delete(NAME, ids, wait=True))
    else:
        narrow = models.Filter(must=[condition(2), condition(2), condition(2)])
        both(lambda c: c.delete(NAME, models.FilterSelector(filter=narrow), wait=True))


def compare_scroll():
    chosen = maybe_filter()
    found, wanted = both(lambda c: c.scroll(NAME, scroll_filter=chosen, limit=300, with_payload=True)[0])
    same([(p.id, p.payload) for p in found], [(p.id, p.payload) for p in wanted], f"scroll {chosen}")


def compare_count():
    chosen = maybe_filter()
    found, wanted = both(lambda c: c.count(NAME, count_filter=chosen, exact=True).count)
    same(found, wanted, f"count {chosen}")


def compare_search():
    query, chosen, limit = vector(), maybe_filter(), rng.randrange(1, 20)
    found, wanted = both(
        lambda c: c.query_points(NAME, query=query, query_filter=chosen, limit=limit, with_payload=True).points
    )
    same(len(found), len(wanted), f"search {chosen}")
    for f, w in zip(found, wanted):
        assert abs(f.score - w.score) < 1e-4, f"{f} {w}"
    same({p.id for p in found[:-1]} - {p.id for p in wanted}, set(), f"search {chosen}")


def round_of(distance):
    for _ in range(rounds):
        rng.choice([upsert, upsert, change_payload, delete])()
        compare_scroll()
        compare_count()
        compare_search()


for distance in models.Distance:
    both(lambda c: c.delete_collection(NAME))
    both(lambda c: c.create_collection(NAME, vectors_config=models.VectorParams(size=DIMENSION, distance=distance)))
    case(f"{rounds} rounds of changes and reads, {distance.value}", round_of, distance)
both(lambda c: c.delete_collection(NAME))
finish()
