# tap.py: Test Anything Protocol for the scenario scripts: each case prints one line, a
# failed one its traceback as comments, and the end prints the plan.

import sys
import traceback

_count = 0
_failed = 0


def case(name, function, *arguments):
    global _count, _failed
    _count += 1
    try:
        function(*arguments)
        print(f"ok {_count} - {name}", flush=True)
    except Exception:  # any failure of a case is reported and the next one runs
        _failed += 1
        print(f"not ok {_count} - {name}")
        for line in traceback.format_exc().splitlines():
            print(f"# {line}")
        sys.stdout.flush()


def finish():
    print(f"1..{_count}")
    sys.exit(1 if _failed else 0)


def same(found, wanted, what=""):
    assert found == wanted, f"{what}: found {found!r}, wanted {wanted!r}"


def raises(status, part, function, *arguments, **keywords):
    """The call fails with an HTTP status, or what gRPC has for it, and a text that contains a part."""
    import grpc
    from qdrant_client.http.exceptions import UnexpectedResponse

    codes = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 409: "ALREADY_EXISTS", 422: "INVALID_ARGUMENT"}
    try:
        function(*arguments, **keywords)
    except UnexpectedResponse as error:
        text = error.content.decode()
        assert error.status_code == status and part in text, f"{error.status_code}: {text}"
        return
    except grpc.RpcError as error:
        wanted = part.replace('\\"', '"')  # the text of REST is within JSON
        assert error.code().name == codes[status] and wanted in error.details(), f"{error.code()}: {error.details()}"
        return
    raise AssertionError(f"no error, wanted {status} {part!r}")
