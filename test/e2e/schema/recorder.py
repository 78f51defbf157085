# recorder.py: a proxy that clients are pointed at: it passes requests on to the server and
# checks every response against the schemas.
#
# usage: recorder.py PORT TARGET_PORT REPORT
#
# On SIGTERM it writes REPORT: "checked N METHOD PATH" for each route, with the number of
# its successes, and "wrong METHOD PATH STATUS PROBLEM" for what was found.

import http.client
import os
import signal
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from schema import response_problems, route_of

port, target_port, report = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
lock = threading.Lock()
checked, wrong = Counter(), Counter()
NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "accept-encoding", "host"}


def check(method, path, status, content_type, text):
    route = route_of(method, path)
    if route is None or status == 404 and not text:
        return
    found = response_problems(route, status, content_type, text)
    with lock:
        checked[str(route)] += status < 400
        for problem in found:
            wrong[f"{route} {status} {problem}"] += 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target = None

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED_ON}
        if self.target is None:
            self.target = http.client.HTTPConnection("127.0.0.1", target_port, timeout=120)
        self.target.request(self.command, self.path, body, headers)
        response = self.target.getresponse()
        data = response.read()
        if response.getheader("connection", "").lower() == "close":
            self.target.close()
        check(self.command, self.path, response.status, response.getheader("content-type", ""), data.decode("utf-8", "replace"))
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def end(*_):
    with lock, open(report, "w") as out:
        for route, count in sorted(checked.items()):
            print("checked", count, route, file=out)
        for problem, count in sorted(wrong.items()):
            print("wrong", problem, f"({count} times)", file=out)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
server = Server(("127.0.0.1", port), Handler)
print("ready", flush=True)
server.serve_forever()
