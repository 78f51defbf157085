# local_mode.py: the same random operations on the server and on the client's in-process mode,
# with the same answers.
#
# usage: local_mode.py URL SEED ROUNDS [GRPC_PORT]      with a port, over gRPC

from qdrant_client import models

import comparing
from comparing import rng, rounds, server_and_local, to_both
from random_points import condition, maybe_filter, payload
from tap import case, finish, same

server, local = server_and_local()
both = to_both(server, local)

NAME = "equal"
DIMENSION = 8


def vector():
    return comparing.vector(DIMENSION)


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
