# local_formula.py: random formulas on the server and on the client's in-process mode:
# the same scores, or an error from both.
#
# Where docs and in-process mode differ, the server follows the docs, and this script
# keeps away: the in-process mode takes neither midpoint 0 nor 1 of lin_decay and sums up
# what is infinite.
#
# usage: local_formula.py URL SEED ROUNDS [GRPC_PORT]      with a port, over gRPC

import math
import random
import sys
import warnings

from qdrant_client import QdrantClient, models

from clients import connect
from tap import case, finish, same

warnings.filterwarnings("ignore")
url, seed, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
server = connect(url, *sys.argv[4:5])
local = QdrantClient(":memory:")
rng = random.Random(seed)
print(f"# seed {seed}")

NAME = "formula"
DIMENSION = 4
POINTS = 60


def both(call):
    return call(server), call(local)


def vector():
    return [rng.uniform(-1, 1) for _ in range(DIMENSION)]


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


DEFAULTS = {
    "n": 2,
    "x": 0.5,
    "kind": 1,
    "deep.v": 0.25,
    "deep.list[].w": 3,
    "place": {"lon": 1.0, "lat": 2.0},
    "at": "2024-05-05T00:00:00Z",
    "$score[1]": 0.125,
}


def number():
    return rng.choice([rng.randrange(-2, 5), round(rng.uniform(-3, 3), 2), 0])


def condition():
    return rng.choice(
        [
            lambda: models.FieldCondition(key="kind", match=models.MatchValue(value="red")),
            lambda: models.FieldCondition(key="n", range=models.Range(gte=rng.randrange(-3, 4))),
            lambda: models.HasIdCondition(has_id=[rng.randrange(POINTS) for _ in range(20)]),
            lambda: models.IsEmptyCondition(is_empty=models.PayloadField(key="many")),
            lambda: models.Filter(
                must_not=[models.FieldCondition(key="kind", match=models.MatchValue(value="green"))],
                should=[models.FieldCondition(key="deep.v", range=models.Range(lt=0.5))],
            ),
        ]
    )()


def leaf():
    return rng.choice(
        [
            number,
            lambda: rng.choice(["$score", "$score[0]", "$score[1]"]),
            lambda: rng.choice(["n", "x", "deep.v", "deep.list[].w"]),
            lambda: rng.choice(["many", "kind", "missing"]) if rng.random() < 0.1 else "n",
            condition,
            lambda: models.DivExpression(
                div=models.DivParams(
                    left=models.GeoDistance(
                        geo_distance=models.GeoDistanceParams(
                            origin=models.GeoPoint(lon=rng.uniform(-20, 20), lat=rng.uniform(-20, 20)), to="place"
                        )
                    ),
                    right=1e6,
                )
            ),
            lambda: models.ExpDecayExpression(
                exp_decay=models.DecayParamsExpression(
                    x=models.DatetimeKeyExpression(datetime_key="at"),
                    target=models.DatetimeExpression(datetime="2024-06-01T00:00:00Z"),
                    scale=86400 * 30,
                )
            ),
        ]
    )()


def decay(depth):
    params = models.DecayParamsExpression(
        x=expression(depth + 1),
        target=expression(depth + 1) if rng.random() < 0.5 else None,
        scale=rng.choice([None, rng.uniform(0.5, 3)]),
        midpoint=rng.choice([None, rng.uniform(0.1, 0.9)]),
    )
    return rng.choice(
        [
            models.LinDecayExpression(lin_decay=params),
            models.ExpDecayExpression(exp_decay=params),
            models.GaussDecayExpression(gauss_decay=params),
        ]
    )


def operator(depth):
    def one():
        return expression(depth + 1)

    def several():
        return [one() for _ in range(rng.randrange(1, 4))]

    return rng.choice(
        [
            lambda: models.SumExpression(sum=several()),
            lambda: models.SumExpression(sum=several()),
            lambda: models.MultExpression(mult=several()),
            lambda: models.NegExpression(neg=one()),
            lambda: models.AbsExpression(abs=one()),
            lambda: models.DivExpression(
                div=models.DivParams(left=one(), right=one(), by_zero_default=rng.choice([None, 1.5, 1.5]))
            ),
            lambda: models.SqrtExpression(sqrt=models.AbsExpression(abs=one()) if rng.random() < 0.8 else one()),
            lambda: models.PowExpression(
                pow=models.PowParams(base=models.AbsExpression(abs=one()), exponent=rng.choice([2, 0.5, 3]))
            ),
            lambda: models.ExpExpression(exp=models.GaussDecayExpression(gauss_decay=models.DecayParamsExpression(x=one()))),
            lambda: models.Log10Expression(log10=models.SumExpression(sum=[models.AbsExpression(abs=one()), 1])),
            lambda: models.LnExpression(ln=models.SumExpression(sum=[models.AbsExpression(abs=one()), 1])),
            lambda: decay(depth),
        ]
    )()


def expression(depth=0):
    return leaf() if depth > 3 or rng.random() < 0.2 else operator(depth)


def fill():
    points = [models.PointStruct(id=i, vector=vector(), payload=payload()) for i in range(POINTS)]
    both(lambda c: c.upsert(NAME, points, wait=True))


def result_of(client, formula, prefetch):
    try:
        found = client.query_points(NAME, prefetch=prefetch, query=formula, limit=POINTS, with_payload=["n"])
        return {p.id: p for p in found.points}
    except Exception as error:
        return str(error)


outcomes = {"scores": 0, "errors": 0}


def compare():
    prefetch = [
        models.Prefetch(query=vector(), limit=rng.randrange(1, 40)) for _ in range(rng.randrange(1, 3))
    ]
    formula = models.FormulaQuery(formula=expression(), defaults=DEFAULTS if rng.random() < 0.8 else {})
    found, wanted = both(lambda c: result_of(c, formula, prefetch))
    if isinstance(found, str) or isinstance(wanted, str):
        assert isinstance(found, str), f"{formula}: the server has scores, in-process mode says {wanted}"
        assert isinstance(wanted, str), f"{formula}: the server says {found}"
        outcomes["errors"] += 1
        return
    same(set(found), set(wanted), f"{formula}")
    scores = [p.score for p in found.values()]
    same(scores, sorted(scores, reverse=True), "descending scores")
    for point_id, point in found.items():
        score = wanted[point_id].score
        assert math.isclose(point.score, score, rel_tol=1e-3, abs_tol=1e-3), f"{formula} of {point_id}: {point.score}, {score}"
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
