# random_queries.py: random requests for query_points, of every kind that searches by
# vectors, and prefetches and fusions of them; for a collection with the vectors "a" and
# "b" and ids below POINTS, each tenth of which has no "b".

from qdrant_client import models

import comparing
from comparing import rng

OTHER = "other queries"  # with the vector "c" and ids below 20, where lookups lead
DIMENSION, POINTS = 6, 120
KINDS = ["red", "green", "blue"]
STRATEGIES = [None, *models.RecommendStrategy]


def vector():
    return comparing.vector(DIMENSION)


def condition():
    field = models.FieldCondition
    return rng.choice(
        [
            lambda: field(key="kind", match=models.MatchValue(value=rng.choice(KINDS))),
            lambda: field(key="tags", match=models.MatchAny(any=rng.sample(KINDS, 2))),
            lambda: field(key="n", range=models.Range(gte=rng.randrange(10), lt=rng.randrange(25, 41))),
            lambda: models.HasVectorCondition(has_vector="b"),
        ]
    )()


def maybe_filter():
    some = lambda most: [condition() for _ in range(rng.randrange(most + 1))] or None
    return models.Filter(must=some(1), should=some(2), must_not=some(1)) if rng.random() < 0.5 else None


class Examples:
    """Inputs of queries: vectors, or ids, of which it keeps account."""

    def __init__(self, lookup):
        self.lookup, self.ids = lookup, set()

    def one(self):
        if rng.random() < 0.5:
            return vector()
        if self.lookup:
            return rng.randrange(20)
        chosen = rng.choice([i for i in range(POINTS) if i % 10])
        self.ids.add(chosen)
        return chosen

    def some(self, least, most):
        return [self.one() for _ in range(rng.randint(least, most))]

    def pairs(self, least, most):
        return [models.ContextPair(positive=self.one(), negative=self.one()) for _ in range(rng.randint(least, most))]


def nearest(examples):
    return models.NearestQuery(nearest=examples.one())


def recommend(examples):
    strategy = rng.choice(STRATEGIES)
    least = 1 if strategy in (None, models.RecommendStrategy.AVERAGE_VECTOR) else 0
    positive = examples.some(least, 3)
    return models.RecommendQuery(
        recommend=models.RecommendInput(
            positive=positive, negative=examples.some(0 if positive else 1, 3), strategy=strategy
        )
    )


def discover(examples):
    return models.DiscoverQuery(discover=models.DiscoverInput(target=examples.one(), context=examples.pairs(0, 3)))


def context(examples):
    return models.ContextQuery(context=examples.pairs(1, 3))


def number(most):
    """From 0, and the same in 32 bits, which is what gRPC has for scores and weights."""
    return rng.randrange(1 << 16) * most / (1 << 16)


def feedback(examples):
    items = [models.FeedbackItem(example=e, score=number(1)) for e in examples.some(1, 4)]
    naive = models.NaiveFeedbackStrategyParams(a=number(1), b=number(2), c=number(1))
    return models.RelevanceFeedbackQuery(
        relevance_feedback=models.RelevanceFeedbackInput(
            target=examples.one(), feedback=items, strategy=models.NaiveFeedbackStrategy(naive=naive)
        )
    )


# The in-process mode does not look up feedback's ids in another collection.
SEARCHES = [nearest, recommend, discover, context, feedback]
FINE_SEARCHES = [nearest, recommend, discover]  # hardly ever with equal scores


def lookup_location():
    return models.LookupLocation(collection=OTHER, vector="c")


def search(kind):
    """A query by vectors, as arguments of query_points, and the ids it names."""
    examples = Examples(kind is not feedback and rng.random() < 0.2)
    arguments = {"query": kind(examples), "using": rng.choice("ab")}
    if examples.lookup:
        arguments["lookup_from"] = lookup_location()
    return arguments, examples.ids


def prefetch(depth):
    if depth == 0 or rng.random() < 0.3:
        arguments, ids = search(rng.choice(FINE_SEARCHES))
        return models.Prefetch(filter=maybe_filter(), limit=rng.choice([None, 5, 40]), **arguments), ids
    inner, ids = prefetches(depth - 1)
    if rng.random() < 0.5:
        return models.Prefetch(prefetch=inner, query=fine_fusion(len(inner)), limit=rng.randint(5, 30)), ids
    arguments, more = search(rng.choice(FINE_SEARCHES))
    return models.Prefetch(prefetch=inner, limit=rng.randint(5, 30), **arguments), ids | more


def prefetches(depth):
    chosen = [prefetch(depth) for _ in range(rng.randint(1, 3))]
    return [p for p, _ in chosen], set().union(*(ids for _, ids in chosen))


def fine_fusion(sources):
    """One that hardly ever gives equal scores, so that its limit and places are no matter of taste."""
    weights = [number(2) for _ in range(sources)]
    return models.RrfQuery(rrf=models.Rrf(k=rng.choice([None, 1, 60]), weights=weights))


def fusion(sources):
    plain = models.RrfQuery(rrf=models.Rrf(k=rng.choice([None, 1, 60])))
    named = [models.FusionQuery(fusion=kind) for kind in models.Fusion]
    return rng.choice([*named, plain, fine_fusion(sources)])


def page():
    return {"limit": rng.randint(1, 20), "offset": rng.choice([0, 0, rng.randrange(10)])}
