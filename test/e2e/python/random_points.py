# random_points.py: random payloads, and filters of every kind of condition on them.

from qdrant_client import models

from comparing import rng

KINDS = ["red", "green", "blue", "ä b"]


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
