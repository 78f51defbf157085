# queries.py: random queries of every kind, alone, in batches and over prefetches, on the
# server and on the client's in-process mode, with the same answers.
#
# usage: queries.py URL SEED ROUNDS [GRPC_PORT]      with a port, over gRPC

import math

from qdrant_client import models

from comparing import rng, rounds, server_and_local, to_both
from random_queries import (
    DIMENSION,
    FINE_SEARCHES,
    KINDS,
    OTHER,
    POINTS,
    SEARCHES,
    Examples,
    fusion,
    lookup_location,
    maybe_filter,
    page,
    prefetches,
    search,
    vector,
)
from tap import case, finish, raises, same

server, local = server_and_local()
both = to_both(server, local)

NAME = "queries"


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


def similarity(one, other):
    """As MMR compares vectors: greater is nearer."""
    pairs = list(zip(one, other))
    if distance == models.Distance.EUCLID:
        return -sum((a - b) ** 2 for a, b in pairs)
    if distance == models.Distance.MANHATTAN:
        return -sum(abs(a - b) for a, b in pairs)
    lengths = math.hypot(*one) * math.hypot(*other) if distance == models.Distance.COSINE else 1
    return sum(a * b for a, b in pairs) / lengths


def check_chosen(chosen, candidates, query, diversity, what):
    """Each point that was chosen was of those left the best, or as good but for rounding."""
    left, taken = dict(candidates), []
    for point in chosen:
        weight = diversity if taken else 0  # the first is the most relevant

        def value(one):
            alike = max((similarity(one, other) for other in taken), default=0)
            return (1 - weight) * similarity(one, query) - weight * alike

        best = max(value(one) for one in left.values())
        assert point in left and value(left[point]) >= best - 1e-5 * max(1, abs(best)), f"{what}: {point} of {sorted(left)}"
        taken.append(left.pop(point))


def check_mmr(client, nearest, setting, query_filter, among):
    """The points chosen are of the nearest candidates, each in its turn."""
    plain, diverse = models.NearestQuery(nearest=nearest), models.NearestQuery(nearest=nearest, mmr=setting)
    ask = lambda query, **paged: client.query_points(NAME, query=query, query_filter=query_filter, **among, **paged).points
    using, limit = among["using"], rng.randint(1, 20)
    candidates = {p.id: p for p in ask(plain, limit=setting.candidates_limit or limit)}
    found = ask(diverse, limit=limit)
    what = f"mmr of {nearest}, {setting}, {among}, {query_filter}"
    same(len(found), min(limit, len(candidates)), what)
    same([p.id for p in ask(diverse, limit=limit, offset=3)][: len(found[3:])], [p.id for p in found[3:]], what)
    for point in found:
        same((point.payload, round(point.score, 5)), (candidates[point.id].payload, round(candidates[point.id].score, 5)), what)
    query = nearest if isinstance(nearest, list) else client.retrieve(NAME, [nearest], with_vectors=True)[0].vector[using]
    vectors = {p.id: p.vector[using] for p in candidates.values()}
    check_chosen([p.id for p in found], vectors, query, 0.5 if setting.diversity is None else setting.diversity, what)


def mmr():
    # Not point by point beside the in-process mode: under Manhattan relevance and redundancy
    # cancel out in equal parts for all points "between" the query and one chosen.
    for _ in range(rounds):
        examples, where = Examples(False), maybe_filter()
        nearest = examples.one()
        sources, ids = prefetches(1) if rng.random() < 0.5 else (None, set())
        setting = models.Mmr(diversity=rng.choice([None, 0, 1, rng.random()]), candidates_limit=rng.choice([None, 30]))
        using = rng.choice("ab")
        among = {"using": using, "prefetch": sources, "with_payload": True, "with_vectors": [using]}
        check_mmr(server, nearest, setting, where, among)
        check_mmr(local, nearest, setting, without(where, ids | examples.ids), among)


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
