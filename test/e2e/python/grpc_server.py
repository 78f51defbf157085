# grpc_server.py: what the gRPC server does beside answering the clients' calls:
# reflection, health, deadlines and cancellation down to PostgreSQL, limits of sizes and
# rates, counting.
#
# usage: grpc_server.py URL GRPC_PORT SOCKET       SOCKET: the PostgreSQL's directory for psql

import json
import subprocess
import sys
import time
import urllib.request

import grpc
from qdrant_client import grpc as messages
from qdrant_client import models

from clients import connect
from tap import case, finish, same

url, port, socket = sys.argv[1:4]
NAME = "grpc_server"
client = connect(url, port)
channel = grpc.insecure_channel(f"127.0.0.1:{port}")
points = messages.PointsStub(channel)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%qdrant_storage.c%'"


def psql(sql):
    command = ["psql", "-XAtq", "-h", socket, "-U", "postgres", "-d", "postgres", "-c", sql]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def wait_for(condition, what):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"never: {what}")


def code_of(call):
    try:
        call()
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


class LockedTable:
    """The collection's table locked by another session, so that reads of it wait."""

    def __enter__(self):
        table = psql("SELECT relname FROM pg_class WHERE relname ~ '^c[0-9]+_s0$' ORDER BY oid DESC LIMIT 1")
        sql = f"BEGIN; LOCK TABLE qdrant_storage.{table}; SELECT pg_sleep(600)"
        command = ["psql", "-XAtq", "-h", socket, "-U", "postgres", "-d", "postgres", "-c", sql]
        self.session = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = "
        wait_for(lambda: psql(f"{held}'qdrant_storage.{table}'::regclass") == "1", "the table is locked")

    def __exit__(self, *_):
        psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()")
        self.session.wait()


def field(number, text):
    return bytes([number << 3 | 2, len(text)]) + text.encode()


def reflection_lists_and_describes_all_services():
    some_methods = {
        "qdrant.Qdrant": ["HealthCheck"],
        "qdrant.Collections": ["Create", "UpdateAliases", "CollectionExists"],
        "qdrant.Points": ["Upsert", "QueryGroups", "Facet", "SearchMatrixPairs"],
        "qdrant.Snapshots": ["Create", "ListFull"],
        "grpc.health.v1.Health": ["Check"],
    }
    call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    asked = [field(7, "")] + [field(4, service) for service in some_methods]  # list_services, file_containing_symbol
    services, *files = call(iter(asked))
    for (service, methods), file in zip(some_methods.items(), files, strict=True):
        assert field(1, service) in services, service
        for method in methods:
            assert field(1, method) in file, f"{service}: {method}"


def health():
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    same(check(b""), b"\x08\x01")
    same(code_of(lambda: check(b"\x0a\x01x")), "NOT_FOUND")
    reply = messages.QdrantStub(channel).HealthCheck(messages.HealthCheckRequest())
    same(reply.title, "qdrant - vector search engine")


def snapshots_are_not_there_yet():
    same(code_of(lambda: client.list_snapshots(NAME)), "UNIMPLEMENTED")


def a_deadline_ends_the_search_in_postgres():
    with LockedTable():
        request = messages.ScrollPoints(collection_name=NAME)
        same(code_of(lambda: points.Scroll(request, timeout=1)), "DEADLINE_EXCEEDED")
        wait_for(lambda: psql(WAITING) == "0", "the search has ended")
    same(code_of(lambda: points.Scroll(messages.ScrollPoints(collection_name=NAME))), "OK")


def a_timeout_ends_it_too():
    with LockedTable():
        same(code_of(lambda: points.Scroll(messages.ScrollPoints(collection_name=NAME, timeout=1))), "DEADLINE_EXCEEDED")
        same(psql(WAITING), "0")


def cancellation_ends_the_search_in_postgres():
    with LockedTable():
        call = points.Scroll.future(messages.ScrollPoints(collection_name=NAME))
        wait_for(lambda: psql(WAITING) == "1", "the search waits")
        call.cancel()
        wait_for(lambda: psql(WAITING) == "0", "the search has ended")


def many_waiting_calls_leave_the_server_alive():
    with LockedTable():
        calls = [points.Scroll.future(messages.ScrollPoints(collection_name=NAME), timeout=60) for _ in range(100)]
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        wait_for(lambda: psql(WAITING) != "0", "searches wait")
        for call in calls:
            call.cancel()
        same(check(b"", timeout=60), b"\x08\x01")


def messages_too_large_are_refused():
    request = messages.ScrollPoints(collection_name="x" * (33 << 20))
    same(code_of(lambda: points.Scroll(request)), "RESOURCE_EXHAUSTED")


def messages_too_large_once_unpacked_are_refused():
    packed = grpc.insecure_channel(f"127.0.0.1:{port}", compression=grpc.Compression.Gzip)
    scroll = messages.PointsStub(packed).Scroll
    same(code_of(lambda: scroll(messages.ScrollPoints(collection_name=NAME))), "OK")
    same(code_of(lambda: scroll(messages.ScrollPoints(collection_name="x" * (33 << 20)))), "RESOURCE_EXHAUSTED")


def bytes_that_are_no_message_are_refused():
    for method in ("Points/Upsert", "Points/Query", "Points/UpdateBatch", "Collections/Create", "Collections/Get"):
        call = channel.unary_unary(f"/qdrant.{method}")
        for text in (b"\x0a\x7fshort", b"\x0a\x02\xff\xff", b"\xff" * 40, b"\x0b" * 900):
            same(code_of(lambda: call(text, timeout=20)), "INVALID_ARGUMENT", f"{method} {text}")


def a_rate_limit_tells_when_to_come_again():
    limit = models.StrictModeConfig(enabled=True, write_rate_limit=1)
    client.update_collection(NAME, strict_mode_config=limit)
    point = messages.PointStruct(id=messages.PointId(num=2), vectors=messages.Vectors(vector=messages.Vector(data=[1, 2])))
    request = messages.UpsertPoints(collection_name=NAME, wait=True, points=[point])
    try:
        points.Upsert(request)
        points.Upsert(request)
    except grpc.RpcError as error:
        same(error.code().name, "RESOURCE_EXHAUSTED", error.details())
        after = int(dict(error.trailing_metadata())["retry-after"])
        assert 1 <= after <= 60, after
    else:
        raise AssertionError("two updates in a minute that has room for one")
    client.update_collection(NAME, strict_mode_config=models.StrictModeConfig(enabled=False))


def large_answers_are_sent():
    wide = "wide"
    client.delete_collection(wide)
    client.create_collection(wide, vectors_config=models.VectorParams(size=2048, distance=models.Distance.DOT))
    for start in range(0, 1000, 200):
        client.upsert(wide, [models.PointStruct(id=start + i, vector=[0.5] * 2048) for i in range(200)], wait=True)
    found, _ = client.scroll(wide, limit=1000, with_vectors=True)
    same((len(found), found[999].vector[2047]), (1000, 0.5))
    client.delete_collection(wide)


def calls_are_counted():
    def metric(name, labels, query=""):
        """The value of a metric of Points/Get; 0 for one that is not there."""
        with urllib.request.urlopen(f"{url}/metrics{query}") as answer:
            line = f'grpc_responses_{name}{{endpoint="/qdrant.Points/Get",{labels}}} '
            values = [text[len(line) :] for text in answer.read().decode().splitlines() if text.startswith(line)]
        return float(values[0]) if values else 0

    def telemetry():
        with urllib.request.urlopen(f"{url}/telemetry?details_level=1") as answer:
            counted = json.load(answer)["result"]["requests"]["grpc"]["responses"].get("/qdrant.Points/Get", {})
        return [counted.get(status, {"count": 0})["count"] for status in "05"]

    def counts():
        by_collection = metric("total", f'status="0",collection="{NAME}"', "?per_collection=true")
        durations = metric("duration_seconds_count", 'status="0"')
        return [metric("total", 'status="0"'), metric("total", 'status="5"'), by_collection, durations, *telemetry()]

    before = counts()
    points.Get(messages.GetPoints(collection_name=NAME, ids=[messages.PointId(num=1)]))
    missing = messages.GetPoints(collection_name="nowhere", ids=[messages.PointId(num=1)])
    same(code_of(lambda: points.Get(missing)), "NOT_FOUND")
    same([after - earlier for after, earlier in zip(counts(), before)], [1] * 6)


client.delete_collection(NAME)
client.create_collection(NAME, vectors_config=models.VectorParams(size=2, distance=models.Distance.DOT))
client.upsert(NAME, [models.PointStruct(id=1, vector=[1, 2], payload={"a": 1.0, "b": 1})], wait=True)
for function in (
    calls_are_counted,
    reflection_lists_and_describes_all_services,
    health,
    snapshots_are_not_there_yet,
    a_deadline_ends_the_search_in_postgres,
    a_timeout_ends_it_too,
    cancellation_ends_the_search_in_postgres,
    many_waiting_calls_leave_the_server_alive,
    messages_too_large_are_refused,
    messages_too_large_once_unpacked_are_refused,
    bytes_that_are_no_message_are_refused,
    a_rate_limit_tells_when_to_come_again,
    large_answers_are_sent,
):
    case(function.__name__.replace("_", " "), function)
client.delete_collection(NAME)
finish()
