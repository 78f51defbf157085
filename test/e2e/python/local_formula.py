# local_formula.py: random formulas on the server and on the client's in-process mode:
# the same scores, or an error from both.
#
# Where docs and in-process mode differ, the server follows the docs, and this script
# keeps away: the in-process mode takes neither midpoint 0 nor 1 of lin_decay and sums up
# what is infinite.
#
# usage: local_formula.py URL SEED ROUNDS [GRPC_PORT]      with a port, over gRPC

import math

from qdrant_client import models

import comparing
from comparing import rng, rounds, server_and_local, to_both
from random_formulas import POINTS, formula
from tap import case, finish, same

server, local = server_and_local()
both = to_both(server, local)

NAME = "formula"
DIMENSION = 4


def vector():
    return comparing.vector(DIMENSION)


def payload():
    values = {
        "n": rng.randrange(-3, 4),
        "x": rng.choice([rng.uniform(-5, 5), [rng.uniform(0, 2)]]),
        "many": [rng.randrange(3) for _ in range(rng.randrange(1, 3))],
        "kind": rng.choice(["red", "green"]),
        "deep": {"v": rng.uniform(0, 1), "list": [{"w": rng.randrange(5)}]},
        "place": {"lon": rng.uniform(-20, 20), "lat": rng.uniform(-20, 20)},
        "at": f"2024-0{rng.randrange(1, 10)}-1{rng.randrange(10)}T0{rng.randrange(10)}:30:00Z",
    }
    return {key: value for key, value in values.items() if rng.random() < 0.95}


def fill():
    points = [models.PointStruct(id=i, vector=vector(), payload=payload()) for i in range(POINTS)]
    both(lambda c: c.upsert(NAME, points, wait=True))


def result_of(client, query, prefetch):
    try:
        found = client.query_points(NAME, prefetch=prefetch, query=query, limit=POINTS, with_payload=["n"])
        return {p.id: p for p in found.points}
    except Exception as error:
        return str(error)


outcomes = {"scores": 0, "errors": 0}


def compare():
    prefetch = [
        models.Prefetch(query=vector(), limit=rng.randrange(1, 40)) for _ in range(rng.randrange(1, 3))
    ]
    query = formula()
    found, wanted = both(lambda c: result_of(c, query, prefetch))
    if isinstance(found, str) or isinstance(wanted, str):
        assert isinstance(found, str), f"{query}: the server has scores, in-process mode says {wanted}"
        assert isinstance(wanted, str), f"{query}: the server says {found}"
        outcomes["errors"] += 1
        return
    same(set(found), set(wanted), f"{query}")
    scores = [p.score for p in found.values()]
    same(scores, sorted(scores, reverse=True), "descending scores")
    for point_id, point in found.items():
        score = wanted[point_id].score
        assert math.isclose(point.score, score, rel_tol=1e-3, abs_tol=1e-3), f"{query} of {point_id}: {point.score}, {score}"
        same(point.payload or {}, wanted[point_id].payload)  # gRPC has no empty payload
    outcomes["scores"] += 1


def round_of(distance):
    for _ in range(rounds):
        compare()


for distance in [models.Distance.COSINE, models.Distance.EUCLID]:
    both(lambda c: c.delete_collection(NAME))
    both(lambda c: c.create_collection(NAME, vectors_config=models.VectorParams(size=DIMENSION, distance=distance)))
    fill()
    case(f"{rounds} formulas, {distance.value}", round_of, distance)
case("formulas with scores and formulas with errors", lambda: same(min(outcomes.values()) > 0, True, str(outcomes)))
server.delete_collection(NAME)
finish()
