# migration_data.py: what vecext-migrate has to carry over, through plain HTTP.
#
# usage: migration_data.py load URL POINTS     fills a server
#        migration_data.py compare URL URL     TAP: both describe their collections alike
#        migration_data.py weary PORT BEHIND   a server before another that is busy every
#                                              third request, and drops every tenth
import http.server
import json
import math
import sys
import urllib.error
import urllib.parse
import urllib.request

import tap

NAMES = ("plain", "named", "an empty ö %")


def call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read())["result"]


def collection(url, name):
    return f"{url}/collections/{urllib.parse.quote(name, safe='')}"


def values(seed, size):
    return [round(math.sin(seed * 12.9898 + place * 78.233), 6) for place in range(size)]


def payload(number):
    return {
        "city": ["Berlin", "Łódź", "", "a\"b\\c\n"][number % 4], "count": number - 3, "large": 2 ** 53 + number,
        "price": number / 8, "whole": 100.0, "exact": 1e-7 * number, "there": number % 2 == 0, "nothing": None,
        "when": f"2024-01-{number % 28 + 1:02}T00:00:00Z", "place": {"lon": number % 180 - 0.5, "lat": number % 90},
        "text": f"the point with number {number}", "key": f"00000000-0000-4000-8000-{number:012}",
        "tags": ["a", ["b", {"c": [number]}], {}, []], "a.b": {"dot in [name]": 1},
    }


INDEXES = {
    "city": "keyword", "count": {"type": "integer", "lookup": True, "range": False}, "price": "float",
    "there": "bool", "when": "datetime", "place": "geo", "key": "uuid", "tags[].c": "integer",
    "text": {"type": "text", "tokenizer": "word", "lowercase": True, "min_token_len": 2, "stopwords": "english"},
}


def load(url, count):
    call("PUT", collection(url, "plain"), {"vectors": {"size": 24, "distance": "Cosine"}, "metadata": {"of": ["x", 1]}})
    for field, schema in INDEXES.items():
        call("PUT", collection(url, "plain") + "/index?wait=true", {"field_name": field, "field_schema": schema})
    for first in range(0, count, 500):
        points = [{"id": number * 7, "vector": values(number + 1, 24), "payload": payload(number)}
                  for number in range(first, min(first + 500, count))]
        call("PUT", collection(url, "plain") + "/points?wait=true", {"points": points})
    call("PUT", collection(url, "named"), {
        "vectors": {"text": {"size": 4, "distance": "Euclid", "hnsw_config": {"m": 8}},
                    "image": {"size": 3, "distance": "Dot", "datatype": "uint8"},
                    "half": {"size": 3, "distance": "Manhattan", "datatype": "float16"}},
        "hnsw_config": {"ef_construct": 50}, "quantization_config": {"scalar": {"type": "int8", "quantile": 0.99}},
        "optimizers_config": {"indexing_threshold": 500},
        "strict_mode_config": {"enabled": True, "max_query_limit": 7, "upsert_max_batchsize": 20}})
    for first in range(0, 60, 20):
        points = [{"id": f"{number:08x}-0000-4000-8000-{number:012x}", "vector": {
            name: vector for place, (name, vector) in enumerate(
                {"text": values(number, 4), "image": [number, 255 - number, 7], "half": values(number, 3)}.items())
            if (number + place) % 4}} for number in range(first, first + 20)]
        call("PUT", collection(url, "named") + "/points?wait=true", {"points": points})
    call("PUT", collection(url, NAMES[2]), {"vectors": {}})
    call("POST", url + "/collections/aliases", {"actions": [
        {"create_alias": {"collection_name": "plain", "alias_name": "production"}},
        {"create_alias": {"collection_name": "named", "alias_name": "ö / %"}}]})


def described(url, name):
    info = call("GET", collection(url, name))
    return {"config": info["config"], "points": info["points_count"], "schema": info["payload_schema"]}


def listed(answer, key):
    return sorted(map(json.dumps, answer[key]))


def compare(one, other):
    def names():
        found = [listed(call("GET", url + "/collections"), "collections") for url in (one, other)]
        tap.same(found[1], found[0], "collections")
        assert len(found[0]) == len(NAMES), found[0]

    def aliases():
        found = [listed(call("GET", url + "/aliases"), "aliases") for url in (one, other)]
        tap.same(found[1], found[0], "aliases")
        assert len(found[0]) == 2, found[0]

    tap.case("both have the same collections", names)
    for name in NAMES:
        tap.case(f"{name}: configuration, payload indexes and counts are the same",
                 lambda: tap.same(described(other, name), described(one, name), name))
    tap.case("and the same aliases", aliases)
    tap.finish()


class Weary(http.server.BaseHTTPRequestHandler):
    """Passes requests on, but not all of them."""

    protocol_version = "HTTP/1.1"
    behind = ""
    served = 0

    def answer(self):
        Weary.served += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if Weary.served % 10 == 0:
            self.close_connection = True
            return
        if Weary.served % 3 == 0 and self.command != "PUT":
            self.reply(429 if Weary.served % 2 else 503, b'{"status":{"error":"busy"}}', {"Retry-After": "0"})
            return
        request = urllib.request.Request(self.behind + self.path, body or None, {"Content-Type": "application/json"},
                                         method=self.command)
        try:
            with urllib.request.urlopen(request) as response:
                self.reply(response.status, response.read())
        except urllib.error.HTTPError as error:
            self.reply(error.code, error.read())

    do_GET = do_PUT = do_POST = do_PATCH = answer

    def reply(self, status, text, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "compare":
        compare(sys.argv[2], sys.argv[3])
    else:
        Weary.behind = sys.argv[3]
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Weary).serve_forever()
