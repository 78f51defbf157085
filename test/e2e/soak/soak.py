# soak.py: mixed load on a sidecar, and whether the memory of its process stays flat.
#
# usage: soak.py URL PID SECONDS SEED
#
# Threads upsert, change, delete, search, scroll, count, open and drop connections, create
# and drop collections, and send what is refused. Data stays of one size. The first third
# warms up; in the rest the resident memory must not grow by more than GROWTH.

import http.client
import json
import random
import sys
import threading
import time
from urllib.parse import urlsplit

from tap import case, finish

address = urlsplit(sys.argv[1])
pid, seconds, seed = int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
POINTS, DIMENSION = 2000, 64
IDLE = 4  # seconds: a connection that rested longer is not used again, since the server closes it after 5
GROWTH = 12 << 20  # bytes: pieces of the allocator, not a leak's slope
END = time.monotonic() + seconds
failures, calls = [], []


def resident():
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no process {pid}")


class Worker(threading.Thread):
    def __init__(self, number):
        super().__init__()
        self.random = random.Random(seed * 1000 + number)
        self.number, self.count = number, 0
        self.connection, self.used = None, 0.0

    def call(self, method, path, body, allowed=(200,)):
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        rested = time.monotonic() - self.used
        if self.connection is None or rested > IDLE or self.random.random() < 0.01:
            self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self.connection.request(method, path, data)
        response = self.connection.getresponse()
        text = response.read()
        self.used = time.monotonic()
        self.count += 1
        if response.status not in allowed:
            raise RuntimeError(f"{method} {path}: {response.status}: {text[:300]}")

    def vector(self):
        return [self.random.uniform(-1, 1) for _ in range(DIMENSION)]

    def ids(self):
        return [self.random.randrange(POINTS) for _ in range(20)]

    def upsert(self):
        points = [{"id": i, "vector": self.vector(), "payload": {"n": i, "text": "x" * self.random.randrange(200)}} for i in set(self.ids())]
        self.call("PUT", f"/collections/soak/points?wait={self.random.choice(['true', 'false'])}", {"points": points})

    def change(self):
        self.call("POST", "/collections/soak/points/payload", {"payload": {"k": self.random.random()}, "points": self.ids()}, (200, 404))

    def delete(self):
        self.call("POST", "/collections/soak/points/delete?wait=true", {"points": self.ids()[:2]})

    def search(self):
        bound = self.random.randrange(POINTS)
        body = {"query": self.vector(), "limit": 20, "with_payload": True, "with_vector": True}
        if self.random.random() < 0.5:
            body["filter"] = {"must": [{"key": "n", "range": {"lt": bound}}]}
        self.call("POST", "/collections/soak/points/query", body)

    def scroll(self):
        self.call("POST", "/collections/soak/points/scroll", {"limit": 500, "with_vector": True})

    def count_points(self):
        self.call("POST", "/collections/soak/points/count", {"filter": {"must": [{"key": f"k{self.random.randrange(50)}", "match": {"value": 1}}]}})

    def refused(self):
        self.call("POST", "/collections/soak/points/query", '{"query": [1, 2', (400,))
        self.call("PUT", "/collections/soak/points", {"points": [{"id": 1, "vector": [1]}]}, (400,))
        self.call("GET", f"/collections/none{self.random.random()}", "", (404,))

    def other_collection(self):
        name = f"/collections/soak{self.number}"
        self.call("PUT", name, {"vectors": {"size": 4, "distance": "Dot"}})
        self.call("PUT", name + "/points?wait=true", {"points": [{"id": 1, "vector": [1, 2, 3, 4]}]})
        self.call("DELETE", name, "")

    def look_around(self):
        for path in ("/metrics?per_collection=true", "/telemetry?details_level=3", "/collections/soak"):
            self.call("GET", path, "")

    def run(self):
        usual = [self.upsert] * 6 + [self.change, self.delete, self.scroll, self.count_points, self.refused] + [self.search] * 12
        try:
            while time.monotonic() < END:
                rare = self.random.random()
                work = self.other_collection if rare < 0.005 else self.look_around if rare < 0.02 else self.random.choice(usual)
                work()
        except Exception as error:  # reported by the case
            failures.append(f"{type(error).__name__}: {error}")
        calls.append(self.count)


def load():
    first = Worker(99)
    first.call("DELETE", "/collections/soak", "")
    first.call("PUT", "/collections/soak", {"vectors": {"size": DIMENSION, "distance": "Cosine"}, "optimizers_config": {"indexing_threshold": 1}})
    first.call("PUT", "/collections/soak/index?wait=true", {"field_name": "n", "field_schema": "integer"})
    workers = [Worker(i) for i in range(6)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        samples.append((time.monotonic(), resident()))
        time.sleep(min(1.0, seconds / 30))
    for worker in workers:
        worker.join()
    assert not failures, failures[:3]


def flat():
    start = END - seconds
    warm = [size for at, size in samples if start + seconds / 3 < at <= start + seconds * 2 / 3]
    last = [size for at, size in samples if at > start + seconds * 2 / 3]
    assert warm and last, samples
    grown = max(last) - max(warm)
    print(f"# {sum(calls)} calls; resident: {max(warm) >> 20} MiB, in the end {max(last) >> 20} MiB")
    assert grown < GROWTH, f"memory grew by {grown >> 10} KiB"


samples = []
print(f"# seed {seed}")
case(f"{seconds:.0f} seconds of mixed load without an unexpected answer", load)
case("memory stays flat", flat)
finish()
