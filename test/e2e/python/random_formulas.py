# random_formulas.py: random formulas over two prefetches and the fields n, x, many, kind,
# deep, place and at of ids below POINTS.

from qdrant_client import models

from comparing import rng

POINTS = 60

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


def formula():
    return models.FormulaQuery(formula=expression(), defaults=DEFAULTS if rng.random() < 0.8 else {})
