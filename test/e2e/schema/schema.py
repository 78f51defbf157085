# schema.py: whether a response is what the REST API promises: data/routes.tsv says which
# type each route's result has, data/schemas.tsv what the types consist of.

import json
import pathlib
import re
import uuid
from collections import defaultdict
from datetime import datetime

DATA = pathlib.Path(__file__).parent / "data"


def _rows(name, columns):
    for line in (DATA / name).read_text().splitlines():
        if not line.startswith("#"):
            cells = line.split("\t")
            yield cells + [""] * (columns - len(cells))


SCHEMAS = defaultdict(list)
for _name, *_row in _rows("schemas.tsv", 7):
    SCHEMAS[_name].append(_row)  # kind, property, type, required, constraints, words


class Route:
    def __init__(self, method, path, result, statuses):
        self.method, self.path, self.result = method, path, result
        self.statuses = [int(status) for status in statuses.split(",")]
        self.pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + "$")

    def __str__(self):
        return f"{self.method} {self.path}"


ROUTES = [Route(*row) for row in _rows("routes.tsv", 4)]


def route_of(method, path):
    """The route of a request; fixed paths go before those with parameters."""
    path = path.split("?")[0].rstrip("/") or "/"
    found = [r for r in ROUTES if r.method == method and r.pattern.match(path)]
    return min(found, key=lambda r: r.path.count("{"), default=None)


# ---- values and types ----


def _parts(text, separator):
    """Splits where no bracket is open."""
    depth, start = 0, 0
    for i, c in enumerate(text):
        depth += (c in "<{(") - (c in ">})")
        if c == separator and depth == 0:
            yield text[start:i]
            start = i + 1
    yield text[start:]


def _is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


_LIMITS = {"uint": (0, 2**64), "uint8": (0, 2**8), "uint32": (0, 2**32), "uint64": (0, 2**64), "int64": (-(2**63), 2**63)}


def _scalar(value, kind, form):
    """Whether a value is of a scalar type; None for types of another kind."""
    if kind == "integer":
        low, high = _LIMITS[form or "int64"]
        return _is_integer(value) and low <= value < high
    if kind == "number":
        return _is_integer(value) or isinstance(value, float)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "null":
        return value is None
    if kind == "any":
        return True
    if kind == "object":
        return isinstance(value, dict)
    if kind == "string":
        return isinstance(value, str) and _has_form(value, form)
    return None


def _has_form(text, form):
    try:
        if form == "uuid":
            uuid.UUID(text)
        if form == "date-time":
            datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def _best(alternatives):
    """Of what is wrong with each alternative, the least."""
    return min(alternatives, key=len)


def problems(value, kind, at):
    """What is wrong with a value of a type, each as text that begins with its place."""
    union = list(_parts(kind, "|"))
    if len(union) > 1:
        return _best([problems(value, part, at) for part in union])
    if kind.startswith("ref:"):
        return _schema_problems(value, kind[4:], at)
    if kind.startswith("enum("):
        return [] if value in kind[5:-1].split(",") else [f"{at}: {value!r} is none of {kind[5:-1]}"]
    if kind.startswith(("array<", "set<")):
        return _array_problems(value, kind[kind.index("<") + 1 : -1], at)
    if kind.startswith("map<string,"):
        return _map_problems(value, kind[len("map<string,") : -1], at)
    name, _, form = kind.partition(":")
    if not _scalar(value, name, form):
        return [f"{at}: {json.dumps(value)[:80]} is not {kind}"]
    return []


def _array_problems(value, kind, at):
    if not isinstance(value, list):
        return [f"{at}: not an array"]
    return [text for i, item in enumerate(value) for text in problems(item, kind, f"{at}[{i}]")]


def _map_problems(value, kind, at):
    if not isinstance(value, dict):
        return [f"{at}: not an object"]
    return [text for key, item in value.items() for text in problems(item, kind, f"{at}.{key}")]


def _schema_problems(value, name, at):
    rows = SCHEMAS[name]
    assert rows, f"no schema {name}"
    kind = rows[0][0]
    if kind == "enum":
        return [] if value in rows[0][5].split(",") else [f"{at}: {value!r} is no {name}"]
    if kind in ("anyOf", "oneOf"):
        return _best([_alternative_problems(value, rows, i, at) for i in _alternatives(rows)])
    if rows[0][1] == "":
        return problems(value, rows[0][2], at)
    return _object_problems(value, rows, at)


def _alternatives(rows):
    return [row[1] for row in rows if "." not in row[1]]


def _alternative_problems(value, rows, alternative, at):
    own = next(row for row in rows if row[1] == alternative)
    fields = [[row[0], row[1].split(".", 1)[1], *row[2:]] for row in rows if row[1].startswith(alternative + ".")]
    if fields:
        return _object_problems(value, fields, at)
    return problems(value, own[2], at)


def _object_problems(value, rows, at):
    if not isinstance(value, dict):
        return [f"{at}: not an object"]
    known = {row[1]: row for row in rows}
    found = [f"{at}.{key}: no such field" for key in value if key not in known]
    for name, (_, _, kind, required, constraints, _) in known.items():
        if name in value:
            found += problems(value[name], kind, f"{at}.{name}")
            found += _bound_problems(value[name], constraints, f"{at}.{name}")
        elif required == "y":
            found.append(f"{at}.{name}: missing")
    return found


def _bound_problems(value, constraints, at):
    found = []
    for word in constraints.split():
        name, _, bound = word.partition("=")
        if name in ("minimum", "maximum") and isinstance(value, (int, float)):
            if value < float(bound) if name == "minimum" else value > float(bound):
                found.append(f"{at}: {value} violates {word}")
    return found


# ---- responses ----


def _envelope_problems(body, status):
    found = []
    if not isinstance(body.get("time"), float):
        found.append("time: no float")
    if status >= 400:
        error = body.get("status")
        if not isinstance(error, dict) or not isinstance(error.get("error"), str):
            found.append(f"status: {error!r} has no error")
        if "result" in body:
            found.append("result: comes with an error")
    elif body.get("status") != "ok":
        found.append(f"status: {body.get('status')!r}")
    return found + [f"{key}: no such field" for key in body if key not in ("result", "status", "time", "usage")]


def response_problems(route, status, content_type, text):
    """What is wrong with a route's response. Refusals of keys are plain text."""
    if status in (401, 403) and content_type.startswith("text/plain"):
        return []
    if status < 400 and status not in route.statuses:
        return [f"status {status} is none of {route.statuses}"]
    if route.result.startswith("text/plain") and status < 400:
        return [] if content_type.startswith("text/plain") else [f"content type {content_type}"]
    try:
        body = json.loads(text)
    except ValueError:
        return [f"no JSON: {text[:80]!r}"]
    if not isinstance(body, dict):
        return ["no object"]
    if route.path == "/" and status < 400:
        return problems(body, route.result, "body")
    found = _envelope_problems(body, status)
    if status < 400:
        found += problems(body["result"], route.result, "result") if "result" in body else ["result: missing"]
    return found
