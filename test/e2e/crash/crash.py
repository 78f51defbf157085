# crash.py: writes to a sidecar that is killed meanwhile, and what must be there afterwards.
#
# usage: crash.py load URL LOG SECONDS     writes until then; every acknowledged write is a
#                                          line of LOG. Refused connections, broken ones and
#                                          5xx are waited out.
#        crash.py check URL LOG            every line of LOG is still true
#
# Each thread has ids of its own. Points carry their id; a change raises the number `v` of
# a point, so that a change which was not acknowledged may or may not have happened. Half
# of the writes do not wait (acknowledged must mean durable all the same).

import http.client
import json
import random
import sys
import threading
import time
from urllib.parse import urlsplit

THREADS, BATCH = 4, 5
IDS_OF_A_THREAD = 1_000_000_000
PATH = "/collections/crash/points"


def request(address, connection, method, path, body):
    """Status and result; opens the connection where there is none."""
    if not connection:
        connection.append(http.client.HTTPConnection(address.hostname, address.port, timeout=30))
    try:
        connection[0].request(method, path, json.dumps(body))
        response = connection[0].getresponse()
        return response.status, json.loads(response.read()).get("result")
    except (OSError, http.client.HTTPException):
        connection.clear()
        return 0, None


class Writer(threading.Thread):
    def __init__(self, address, log, number, end, start):
        super().__init__()
        self.address, self.log, self.end = address, log, end
        self.random = random.Random(time.time_ns() + number)
        self.next = number * IDS_OF_A_THREAD + start
        self.written, self.connection, self.refusals = [], [], []

    def send(self, method, path, body, line):
        """Tells the log of what was acknowledged."""
        wait = self.random.choice(["true", "false"])
        status, _ = request(self.address, self.connection, method, f"{path}?wait={wait}", body)
        if status == 200:
            self.log.write(line + "\n")
            return True
        if 400 <= status < 500:
            self.refusals.append(f"{method} {path}: {status}")
        time.sleep(0.02)
        return False

    def upsert(self):
        ids = range(self.next, self.next + BATCH)
        self.next += BATCH  # never again: what was not acknowledged may be there
        points = [{"id": i, "vector": [self.random.random() for _ in range(16)], "payload": {"n": i, "v": 0}} for i in ids]
        if self.send("PUT", PATH, {"points": points}, f"upsert {ids[0]}"):
            self.written += ids

    def change(self):
        point, version = self.random.choice(self.written), time.time_ns()
        self.send("POST", PATH + "/payload", {"payload": {"v": version}, "points": [point]}, f"change {point} {version}")

    def delete(self):
        point = self.written.pop(self.random.randrange(len(self.written)))
        self.log.write(f"deleting {point}\n")  # may be gone from here on
        self.send("POST", PATH + "/delete", {"points": [point]}, f"delete {point}")

    def run(self):
        while time.monotonic() < self.end:
            work = self.random.random()
            if work < 0.6 or not self.written:
                self.upsert()
            elif work < 0.9:
                self.change()
            else:
                self.delete()


def load(url, log_name, seconds):
    address = urlsplit(url)
    with open(log_name, "a", buffering=1) as log:
        writers = [Writer(address, log, i, time.monotonic() + seconds, time.time_ns() % IDS_OF_A_THREAD) for i in range(THREADS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    refusals = sum((writer.refusals for writer in writers), [])
    if refusals:
        sys.exit(f"refused: {refusals[:5]}")


def acknowledged(log_name):
    """The least `v` of each point that must be there; ids that must not; ids that may."""
    points, gone, doubtful = {}, set(), set()
    for line in open(log_name):
        word, number, *version = line.split()
        number = int(number)
        if word == "upsert":
            points.update((i, 0) for i in range(number, number + BATCH))
        elif word == "change":
            points[number] = max(points.get(number, 0), int(version[0]))
        elif word == "deleting":
            doubtful.add(number)
        else:
            gone.add(number)
    for number in doubtful:
        points.pop(number, None)
    return points, gone


def check(url, log_name):
    address, connection = urlsplit(url), []
    points, gone = acknowledged(log_name)
    wanted = sorted(points) + sorted(gone)
    problems = []
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        status, found = request(address, connection, "POST", PATH, {"ids": part, "with_payload": True})
        assert status == 200, status
        payloads = {point["id"]: point["payload"] for point in found}
        problems += [f"{i} is there again" for i in part if i in gone and i in payloads]
        problems += [f"{i} is lost" for i in part if i in points and i not in payloads]
        problems += [
            f"{i} has {payloads[i]}, {points[i]} was acknowledged"
            for i in part
            if i in points and i in payloads and (payloads[i].get("n") != i or payloads[i].get("v", -1) < points[i])
        ]
    status, counted = request(address, connection, "POST", PATH + "/count", {"filter": {"must": [{"key": "n", "range": {"gte": 0}}]}})
    status, whole = request(address, connection, "POST", PATH + "/count", {})
    if counted != whole:
        problems.append(f"{counted} points have an id in the payload, of {whole}")
    print(f"{len(points)} points, {len(gone)} deleted")
    if problems or not points:
        sys.exit("\n".join(problems[:10]) or "nothing was acknowledged")


if sys.argv[1] == "load":
    load(sys.argv[2], sys.argv[3], float(sys.argv[4]))
else:
    check(sys.argv[2], sys.argv[3])
