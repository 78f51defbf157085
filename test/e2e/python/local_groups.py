# local_groups.py: random searches in groups and distance matrices on the server and on
# the client's in-process mode, with the same answers.
#
# Where docs and in-process mode differ, the server follows the docs: a with_lookup that
# does not say with_payload gives payloads, in process it gives none.
#
# usage: local_groups.py URL SEED ROUNDS [GRPC_PORT]      with a port, over gRPC

import uuid

from qdrant_client import models

import comparing
from comparing import rng, rounds, server_and_local, to_both
from tap import case, finish, raises, same

server, local = server_and_local()
both = to_both(server, local)

NAME, DOCUMENTS = "chunks", "documents"
DIMENSION = 4
POINTS = 120
UUIDS = [str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(4)]
GROUPS = ["doc", "mixed", "tags", "deep.at", "list[].k", "uuid"]


def vector():
    return comparing.vector(DIMENSION)


def payload():
    values = {
        "doc": rng.randrange(8),
        "mixed": rng.choice([rng.randrange(3), rng.choice("ab"), rng.random(), True, None]),
        "tags": rng.sample("abcde", rng.randrange(4)),
        "deep": {"at": rng.choice(["x", "y", "z"])},
        "list": [{"k": k} for k in rng.sample(range(5), rng.randrange(3))],
        "uuid": rng.choice(UUIDS),
    }
    return {key: value for key, value in values.items() if rng.random() < 0.9}


def fill():
    points = [models.PointStruct(id=i, vector=vector(), payload=payload()) for i in range(POINTS)]
    both(lambda c: c.upsert(NAME, points, wait=True))
    documents = [
        models.PointStruct(id=i, vector=vector(), payload={"title": f"d{i}", "n": i})
        for i in [0, 1, 2, 5, *UUIDS[:2]]
    ]
    both(lambda c: c.upsert(DOCUMENTS, documents, wait=True))


def maybe_filter():
    if rng.random() < 0.5:
        return None
    return models.Filter(must=[models.FieldCondition(key="doc", range=models.Range(lt=rng.randrange(1, 9)))])


def shown(groups, with_payload):
    """Groups in their order; their hits with scores that two ways of adding agree on."""
    return [
        (g.id, [(h.id, round(h.score, 3), h.payload if with_payload else None, h.vector) for h in g.hits], g.lookup)
        for g in groups
    ]


def lookup():
    return rng.choice(
        [
            None,
            models.WithLookup(collection=DOCUMENTS, with_payload=True),
            models.WithLookup(collection=DOCUMENTS, with_payload=["title"]),
            models.WithLookup(collection=DOCUMENTS, with_payload=False),
        ]
    )


def compare_groups():
    key, query, chosen = rng.choice(GROUPS), vector(), maybe_filter()
    limit, size, found_by = rng.randrange(1, 10), rng.randrange(1, 5), lookup()
    with_payload = rng.choice([False, True, ["doc", "tags"]])
    found, wanted = both(
        lambda c: c.query_points_groups(
            NAME,
            group_by=key,
            query=query,
            query_filter=chosen,
            limit=limit,
            group_size=size,
            with_payload=with_payload,
            with_lookup=found_by,
        ).groups
    )
    what = f"{key} {limit} x {size} {chosen} {found_by}"
    # A point in two groups that begin with it leaves their order open.
    order = lambda groups: sorted(shown(groups, with_payload), key=lambda g: ([h[1] for h in g[1]][:1], str(g[0])))
    if len(found) < limit:
        same(order(found), order(wanted), what)
    else:
        same([[h.id for h in g.hits][:1] for g in found], [[h.id for h in g.hits][:1] for g in wanted], what)
        known = {g[0]: g for g in shown(wanted, with_payload)}
        shared = [g for g in shown(found, with_payload) if g[0] in known]
        assert all(g == known[g[0]] for g in shared), f"{what}: {shared} {known}"


def compare_matrix():
    chosen, limit = maybe_filter(), rng.randrange(1, 6)
    pairs = [
        {(p.a, p.b): p.score for p in c.search_matrix_pairs(NAME, query_filter=chosen, sample=POINTS, limit=limit).pairs}
        for c in (server, local)
    ]
    same(set(pairs[0]), set(pairs[1]), f"pairs {chosen} {limit}")
    for pair, score in pairs[0].items():
        assert abs(score - pairs[1][pair]) < 1e-4, f"{pair}: {score} {pairs[1][pair]}"
    offsets = server.search_matrix_offsets(NAME, query_filter=chosen, sample=POINTS, limit=limit)
    same(offsets.ids, sorted(offsets.ids))
    rows = zip(offsets.offsets_row, offsets.offsets_col, offsets.scores)
    same({(offsets.ids[row], offsets.ids[col]): score for row, col, score in rows}, pairs[0])


def sampled_matrix():
    offsets = server.search_matrix_offsets(NAME, sample=7, limit=3)
    same((len(offsets.ids), len(set(offsets.ids)), len(offsets.scores)), (7, 7, 21))
    samples = {tuple(server.search_matrix_offsets(NAME, sample=7, limit=3).ids) for _ in range(5)}
    assert len(samples) > 1, "the same sample each time"
    none = server.search_matrix_pairs(NAME, query_filter=models.Filter(must=[models.HasIdCondition(has_id=[1])]))
    same(none.pairs, [])


def group_errors():
    groups = server.query_points_groups
    raises(404, "Collection nowhere not found", groups, NAME, group_by="doc", query=vector(), with_lookup="nowhere")
    raises(400, "is not a path", groups, NAME, group_by="a..b", query=vector())
    raises(422, "must be 1 or larger", groups, NAME, group_by="doc", query=vector(), group_size=0)
    raises(404, "No point with id 9999 found", groups, NAME, group_by="doc", query=9999)
    raises(400, "Not existing vector name error: other", server.search_matrix_pairs, NAME, using="other")


def lookup_by_name():
    def groups(found_by):
        found = server.query_points_groups(NAME, group_by="doc", query=[1.0, 0, 0, 0], limit=8, with_lookup=found_by).groups
        return [(g.id, g.lookup) for g in found]

    named = groups(DOCUMENTS)
    same(named, groups(models.WithLookup(collection=DOCUMENTS)))
    same({key: found.payload if found else None for key, found in named}[5], {"title": "d5", "n": 5})
    same({key: found for key, found in named}[3], None)


def round_of(compare, times):
    for _ in range(times):
        compare()


for distance in [models.Distance.COSINE, models.Distance.EUCLID]:
    for name in (NAME, DOCUMENTS):
        both(lambda c: c.delete_collection(name))
        both(lambda c: c.create_collection(name, vectors_config=models.VectorParams(size=DIMENSION, distance=distance)))
    fill()
    case(f"{rounds} searches in groups, {distance.value}", round_of, compare_groups, rounds)
    case(f"{rounds // 4 + 1} matrices, {distance.value}", round_of, compare_matrix, rounds // 4 + 1)
case("a lookup by name", lookup_by_name)
case("a matrix of a sample", sampled_matrix)
case("errors", group_errors)
for name in (NAME, DOCUMENTS):
    server.delete_collection(name)
finish()
