# queries.py: random queries of every kind, alone, in batches and over prefetches, on the
# server and on the client's in-process mode, with the same answers.
#
# usage: queries.py URL SEED ROUNDS [GRPC_PORT]      with a port, over gRPC

import random
import sys
import warnings

from qdrant_client import QdrantClient, models

from clients import connect
from tap import case, finish, raises, same

warnings.filterwarnings("ignore")
url, seed, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
server = connect(url, *sys.argv[4:5])
local = QdrantClient(":memory:")
rng = random.Random(seed)
print(f"# seed {seed}")

NAME, OTHER = "queries", "other queries"
DIMENSION, POINTS = 6, 120
KINDS = ["red", "green", "blue"]
STRATEGIES = [None, *models.RecommendStrategy]


def both(call):
    return call(server), call(local)


def vector():
    return [rng.uniform(-1, 1) for _ in range(DIMENSION)]


def fill(distance):
    params = models.VectorParams(size=DIMENSION, distance=distance)
    points = [
        models.PointStruct(
            id=i,
            vector={"a": vector()} if i % 10 == 0 else {"a": vector(), "b": vector()},
            payload={"kind": rng.choice(KINDS), "n": rng.randrange(40), "tags": rng.sample(KINDS, rng.randrange(3))},
        )
        for i in range(POINTS)
    ]
    others = [models.PointStruct(id=i, vector={"c": vector()}) for i in range(20)]
    for name, vectors, rows in ((NAME, ("a", "b"), points), (OTHER, ("c",), others)):
        both(lambda c: c.delete_collection(name))
        both(lambda c: c.create_collection(name, vectors_config={v: params for v in vectors}))
        both(lambda c: c.upsert(name, rows, wait=True))
    server.create_payload_index(NAME, "n", models.PayloadSchemaType.INTEGER, wait=True)


# ---- random requests


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


def feedback(examples):
    items = [models.FeedbackItem(example=e, score=rng.uniform(0, 1)) for e in examples.some(1, 4)]
    naive = models.NaiveFeedbackStrategyParams(a=rng.uniform(0, 1), b=rng.uniform(0, 2), c=rng.uniform(0, 1))
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
    weights = [rng.uniform(0, 2) for _ in range(sources)]
    return models.RrfQuery(rrf=models.Rrf(k=rng.choice([None, 1, 60]), weights=weights))


def fusion(sources):
    plain = models.RrfQuery(rrf=models.Rrf(k=rng.choice([None, 1, 60])))
    named = [models.FusionQuery(fusion=kind) for kind in models.Fusion]
    return rng.choice([*named, plain, fine_fusion(sources)])


def without(chosen, ids):
    """For the in-process mode, which excludes a prefetch's examples from that prefetch only."""
    if not ids:
        return chosen
    chosen = (chosen or models.Filter()).model_copy(deep=True)
    chosen.must_not = [*(chosen.must_not or []), models.HasIdCondition(has_id=sorted(ids))]
    return chosen


# ---- comparing


def same_hits(found, wanted, what):
    same(len(found), len(wanted), what)
    scores = {p.id: p.score for p in wanted}
    near = lambda a, b: abs(a - b) <= 1e-4 * max(1, abs(a), abs(b))
    for f, w in zip(found, wanted):
        assert near(f.score, w.score), f"{what}\nfound {found}\nwanted {wanted}"
        alike = [scores[f.id]] if f.id in scores else [wanted[0].score, wanted[-1].score]  # ties that the page cuts
        assert any(near(score, f.score) for score in alike), f"{what}\nfound {found}\nwanted {wanted}"


def compare(what, ids, **arguments):
    found = server.query_points(NAME, **arguments).points
    chosen = without(arguments.pop("query_filter", None), ids)
    wanted = local.query_points(NAME, query_filter=chosen, **arguments).points
    same_hits(found, wanted, f"{what} {arguments} {chosen}")
    return found, wanted


def page():
    return {"limit": rng.randint(1, 20), "offset": rng.choice([0, 0, rng.randrange(10)])}


def searches(kind):
    for _ in range(rounds):
        arguments, ids = search(kind)
        found, wanted = compare(
            kind.__name__, ids, query_filter=maybe_filter(), with_payload=True, with_vectors=True, **arguments, **page()
        )
        wanted = {p.id: p for p in wanted}
        for point in found:
            if point.id in wanted:
                same(point.payload, wanted[point.id].payload)
                same(sorted(point.vector), sorted(wanted[point.id].vector))


def thresholds(kind):
    for _ in range(rounds):
        arguments, ids = search(kind)
        scores = [p.score for p in local.query_points(NAME, limit=60, **arguments).points]
        if len(scores) > 10:
            between = (scores[len(scores) // 2] + scores[len(scores) // 2 + 1]) / 2
            compare(f"{kind.__name__} over a threshold", ids, score_threshold=between, limit=100, **arguments)


def fusions():
    for _ in range(rounds):
        sources, ids = prefetches(2)
        query = fusion(len(sources))
        arguments = {"query": query, "prefetch": sources, "query_filter": maybe_filter(), "with_payload": True, **page()}
        compare("fusion", ids, **arguments)
        compare("fusion over a threshold", ids, score_threshold=0.3, **arguments)


def rescoring(kind):
    for _ in range(rounds):
        sources, ids = prefetches(2)
        arguments, more = search(kind)
        compare("rescoring", ids | more, prefetch=sources, query_filter=maybe_filter(), **arguments, **page())


def mmr():
    # In equal parts relevance and redundancy cancel out under Manhattan for all points
    # "between" the query and one chosen: equal values but for rounding.
    halves = [] if distance == models.Distance.MANHATTAN else [None]
    for _ in range(rounds):
        examples = Examples(False)
        diversity = rng.choice(halves + [0, 1, rng.random()])
        setting = models.Mmr(diversity=diversity, candidates_limit=rng.choice([None, 30]))
        query = models.NearestQuery(nearest=examples.one(), mmr=setting)
        sources, ids = prefetches(1) if rng.random() < 0.5 else (None, set())
        arguments = {"query": query, "using": rng.choice("ab"), "prefetch": sources, "query_filter": maybe_filter()}
        found, wanted = compare("mmr", ids | examples.ids, with_payload=True, with_vectors=["b"], **arguments, **page())
        same([p.id for p in found], [p.id for p in wanted], f"mmr {arguments}")
        same([p.payload for p in found], [p.payload for p in wanted])


def orders():
    for _ in range(rounds):
        direction = rng.choice(list(models.Direction))
        query = models.OrderByQuery(order_by=models.OrderBy(key="n", direction=direction))
        sources, ids = prefetches(1) if rng.random() < 0.5 else (None, set())
        found, wanted = compare("order_by", ids, query=query, prefetch=sources, query_filter=maybe_filter(), **page())
        same([p.order_value for p in found], [p.order_value for p in wanted])
        keys = [(p.order_value, p.id) for p in found]
        same(keys, sorted(keys, reverse=direction == models.Direction.DESC), "ties by id")


def samples():
    query = models.SampleQuery(sample=models.Sample.RANDOM)
    for _ in range(rounds):
        chosen, limit = maybe_filter(), rng.randint(1, 30)
        matching = {p.id for p in server.scroll(NAME, scroll_filter=chosen, limit=POINTS)[0]}
        points = server.query_points(NAME, query=query, query_filter=chosen, limit=limit, offset=5).points
        same(len({p.id for p in points} & matching), min(limit, len(matching)), "random points that match")
        sources, ids = prefetches(1)
        candidates = {p.id for p in local.query_points(NAME, prefetch=sources, query=query, limit=200).points}
        if not ids:
            points = server.query_points(NAME, prefetch=sources, query=query, limit=200).points
            same({p.id for p in points}, candidates, "random points of a prefetch")


def batches():
    for _ in range(rounds // 4 + 1):
        requests = []
        for _ in range(rng.randrange(1, 7)):
            arguments, _ = search(rng.choice(FINE_SEARCHES))
            sources, _ = prefetches(1) if rng.random() < 0.5 else (None, None)
            requests.append(models.QueryRequest(prefetch=sources, filter=maybe_filter(), limit=7, **arguments))
        for request, answer in zip(requests, server.query_batch_points(NAME, requests)):
            again = server.query_points(
                NAME,
                query=request.query,
                using=request.using,
                prefetch=request.prefetch,
                query_filter=request.filter,
                limit=7,
                lookup_from=request.lookup_from,
            )
            same([(p.id, p.score) for p in answer.points], [(p.id, p.score) for p in again.points])


def pages():
    for _ in range(rounds // 4 + 1):
        arguments, _ = search(rng.choice(SEARCHES))
        sources, _ = prefetches(1)
        for request in (
            arguments,
            {**arguments, "prefetch": sources},
            {"prefetch": sources, "query": models.FusionQuery(fusion=models.Fusion.RRF)},
        ):
            whole = [p.id for p in server.query_points(NAME, limit=POINTS, **request).points]
            parts = [
                p.id for at in range(0, POINTS, 17) for p in server.query_points(NAME, limit=17, offset=at, **request).points
            ]
            same(parts, whole, f"pages of {request}")


def ties(distance):
    points = [models.PointStruct(id=i, vector={"a": [1.0] * DIMENSION, "b": [0.5] * DIMENSION}) for i in range(30)]
    server.upsert(NAME, points, wait=True)
    these = models.Filter(must=[models.HasIdCondition(has_id=list(range(30)))])
    descending = distance in (models.Distance.COSINE, models.Distance.DOT)
    found = server.query_points(NAME, query=[1.0] * DIMENSION, using="a", query_filter=these, limit=30).points
    same([p.id for p in found], sorted(range(30), reverse=descending), "equal scores by id")
    best = models.RecommendInput(positive=[[1.0] * DIMENSION], strategy=models.RecommendStrategy.BEST_SCORE)
    query = models.RecommendQuery(recommend=best)
    found = server.query_points(NAME, query=query, using="a", query_filter=these, limit=30).points
    same([p.id for p in found], sorted(range(30), reverse=True), "scores of several vectors descend")


def examples_are_excluded():
    ids = [11, 12, 13]
    recommended = models.RecommendQuery(recommend=models.RecommendInput(positive=ids[:2], negative=ids[2:]))
    inner = models.Prefetch(query=recommended, using="a", limit=POINTS)
    rrf = models.FusionQuery(fusion=models.Fusion.RRF)
    everything = models.Prefetch(query=vector(), using="a", limit=POINTS)
    found = {p.id for p in server.query_points(NAME, prefetch=[inner, everything], query=rrf, limit=POINTS).points}
    same(set(range(POINTS)) - found, set(ids), "what a prefetch names is in no result")
    elsewhere = inner.model_copy(update={"lookup_from": lookup_location()})
    found = server.query_points(NAME, prefetch=[elsewhere, everything], query=rrf, limit=POINTS).points
    same(len(found), POINTS, "points of another collection exclude nothing")
    itself = inner.model_copy(update={"lookup_from": models.LookupLocation(collection=NAME)})
    found = server.query_points(NAME, prefetch=[itself, everything], query=rrf, limit=POINTS).points
    same(len(found), POINTS - 3, "the collection itself by name is no other one")
    without_vector = models.RecommendQuery(recommend=models.RecommendInput(positive=[11, 10]))
    found = server.query_points(NAME, query=without_vector, using="b", limit=3).points
    alone = models.RecommendQuery(recommend=models.RecommendInput(positive=[11]))
    same([p.id for p in found], [p.id for p in server.query_points(NAME, query=alone, using="b", limit=3).points])
    raises(404, 'Vector with name \\"b\\" for point', server.query_points, NAME, query=10, using="b")
    raises(404, "No point with id 999 found", server.query_points, NAME, prefetch=[inner, models.Prefetch(query=999, using="a")], query=rrf)
    missing = models.LookupLocation(collection="nowhere")
    raises(404, "Collection nowhere not found", server.query_points, NAME, query=1, using="a", lookup_from=missing)


for distance in models.Distance:
    case(f"collections, {distance.value}", fill, distance)
    for kind in SEARCHES:
        case(f"{kind.__name__}, {distance.value}", searches, kind)
        case(f"{kind.__name__} over a threshold, {distance.value}", thresholds, kind)
        case(f"{kind.__name__} over prefetches, {distance.value}", rescoring, kind)
    for function in (fusions, mmr, orders, samples, batches, pages, examples_are_excluded):
        case(f"{function.__name__}, {distance.value}", function)
    case(f"ties, {distance.value}", ties, distance)
for name in (NAME, OTHER):
    server.delete_collection(name)
finish()
