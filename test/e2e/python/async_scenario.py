# async_scenario.py: what applications do with the official asynchronous Python client,
# many calls at a time.
#
# usage: async_scenario.py URL

import asyncio
import sys

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from tap import case, finish, same

NAME = "async scenario"


async def fresh(client):
    await client.delete_collection(NAME)
    await client.create_collection(NAME, vectors_config=models.VectorParams(size=2, distance=models.Distance.EUCLID))


def point(i):
    return models.PointStruct(id=i, vector=[float(i), 0.0], payload={"n": i, "even": i % 2 == 0})


async def many_writers(client):
    await fresh(client)
    batches = [[point(10 * b + i) for i in range(10)] for b in range(20)]
    updates = await asyncio.gather(*(client.upsert(NAME, batch, wait=True) for batch in batches))
    same({update.status for update in updates}, {models.UpdateStatus.COMPLETED})
    same(len({update.operation_id for update in updates}), 20)
    same((await client.count(NAME)).count, 200)


async def many_readers(client):
    answers = await asyncio.gather(*(client.query_points(NAME, query=[i + 0.1, 0.0], limit=2) for i in range(50)))
    for i, answer in enumerate(answers):
        same([p.id for p in answer.points], [i, i + 1])
    even = models.Filter(must=[models.FieldCondition(key="even", match=models.MatchValue(value=True))])
    counts = await asyncio.gather(*(client.count(NAME, count_filter=even) for _ in range(10)))
    same({c.count for c in counts}, {100})


async def readers_beside_writers(client):
    async def write():
        for i in range(20):
            await client.set_payload(NAME, {"seen": i}, points=list(range(40)), wait=True)

    async def read():
        for _ in range(20):
            page, _ = await client.scroll(NAME, limit=40, with_payload=["seen"])
            same(len({str(p.payload) for p in page}), 1, "a page shows one state")

    await asyncio.gather(write(), read(), read())


async def errors(client):
    try:
        await client.upsert(NAME, [models.PointStruct(id=1, vector=[1.0])])
    except UnexpectedResponse as error:
        same(error.status_code, 400)
    else:
        raise AssertionError("a vector of the wrong size was taken")
    await client.delete_collection(NAME)
    same(await client.collection_exists(NAME), False)


async def with_client(work):
    client = AsyncQdrantClient(url=sys.argv[1], timeout=60)
    try:
        await work(client)
    finally:
        await client.close()


for function in (many_writers, many_readers, readers_beside_writers, errors):
    case(function.__name__.replace("_", " "), lambda: asyncio.run(with_client(function)))
finish()
