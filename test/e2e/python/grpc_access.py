# grpc_access.py: keys, tokens and TLS over gRPC: each call of the matrix with each kind of
# token, what is open to all, and new certificates under connections that stay.
#
# usage: grpc_access.py PORT GRPC_PORT MATRIX DIRECTORY
#
# A sidecar with TLS that knows the keys manager and reader and takes tokens. DIRECTORY has
# the certificate authority ca.pem, and cert.pem, which the sidecar serves and reads again
# each second; new.pem is another certificate of the same key.

import base64
import hashlib
import hmac
import json
import os
import shutil
import ssl
import sys
import time

import grpc
from qdrant_client import QdrantClient
from qdrant_client import grpc as messages
from qdrant_client import models

from tap import case, finish, same

rest_port, port, matrix, directory = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
authority = f"{directory}/ca.pem"
NAME = "c"
ABOUT_NONE = ("Collections/List", "Collections/ListAliases", "Collections/UpdateAliases", "Snapshots/ListFull", "Snapshots/CreateFull")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def secure_channel():
    options = [("grpc.use_local_subchannel_pool", 1)]  # a connection of its own
    return grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials(read(authority)), options=options)


channel = secure_channel()


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(claims, key=b"manager"):
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(key, text, hashlib.sha256).digest())).decode()


def access_to(access):
    return token({"access": [{"collection": NAME, "access": access}]})


def outcome(method, *credentials, request=b""):
    """The status of a call with an empty request but for its collection, and the status's text."""
    try:
        channel.unary_unary(f"/{method}")(request, metadata=list(credentials), timeout=20)
        return "OK", ""
    except grpc.RpcError as error:
        return error.code().name, error.details()


def about(method):
    return b"" if method.endswith(ABOUT_NONE) else b"\x0a\x01c"  # collection_name: "c"


def rows():
    with open(matrix) as file:
        lines = [line.rstrip("\n").split("\t") for line in file if line.startswith("qdrant.")]
    return [(cells[0], cells[1:]) for cells in lines if not cells[0].startswith(("qdrant.StorageRead", "qdrant.Qdrant/"))]


def calls_ask_for_what_the_matrix_says():
    tokens = [token({"access": "r"}), access_to("r"), access_to("rw"), access_to("prw"), token({"access": "m"})]
    known = rows()
    assert len(known) > 40
    for method, allowed in known:
        for bearer, may in zip(tokens, allowed):
            if may != "untested":
                code, text = outcome(method, ("authorization", f"Bearer {bearer}"), request=about(method))
                same(code != "PERMISSION_DENIED", may == "yes", f"{method} {text}")
                assert may == "yes" or text.startswith("Forbidden: "), text


def keys_are_as_good_as_tokens():
    for method, allowed in rows():
        code, text = outcome(method, ("api-key", "reader"), request=about(method))
        same(code != "PERMISSION_DENIED", allowed[0] == "yes", f"{method} with the reader's key: {text}")
        code, text = outcome(method, ("api-key", "manager"), request=about(method))
        assert code not in ("PERMISSION_DENIED", "UNAUTHENTICATED"), f"{method}: {text}"
        same(outcome(method, request=about(method))[0], "UNAUTHENTICATED", method)


def a_wrong_credential_is_refused():
    wrong = {
        "UNAUTHENTICATED": ["guess", "manage", "", token({"access": "x"}), "a.b.c"],
        "PERMISSION_DENIED": [token({"access": "m"}, b"guess"), token({"access": "m", "exp": int(time.time()) - 100})],
    }
    for code, credentials in wrong.items():
        for text in credentials:
            same(outcome("qdrant.Collections/List", ("api-key", text))[0], code, text)
            same(outcome("qdrant.Collections/List", ("authorization", f"Bearer {text}"))[0], code, text)
    same(outcome("qdrant.Collections/List", ("authorization", "Basic manager"))[0], "UNAUTHENTICATED")
    same(outcome("qdrant.Collections/List", ("api-key", token({"access": "m", "exp": int(time.time()) + 100})))[0], "OK")


def a_token_sees_and_reads_its_collections_only():
    client = connect("manager")
    for name in (NAME, "other"):
        client.delete_collection(name)
        client.create_collection(name, vectors_config=models.VectorParams(size=1, distance=models.Distance.DOT))
        client.upsert(name, [models.PointStruct(id=1, vector=[1.0])], wait=True)
    collections = messages.CollectionsStub(channel).List(
        messages.ListCollectionsRequest(), metadata=[("api-key", access_to("r"))]
    )
    same([c.name for c in collections.collections], [NAME])
    allowed = messages.QueryPoints(collection_name=NAME)
    allowed.query.nearest.id.num = 1
    points = messages.PointsStub(channel)
    points.Query(allowed, metadata=[("api-key", access_to("r"))])
    elsewhere = messages.QueryPoints(collection_name=NAME, lookup_from=messages.LookupLocation(collection_name="other"))
    elsewhere.query.nearest.id.num = 1
    try:
        points.Query(elsewhere, metadata=[("api-key", access_to("r"))])
    except grpc.RpcError as error:
        same((error.code().name, error.details()), ("PERMISSION_DENIED", "Forbidden: Access to collection other is required"))
    else:
        raise AssertionError("a lookup in a collection that the token does not name")
    for name in (NAME, "other"):
        client.delete_collection(name)


def health_and_reflection_need_no_key():
    same(channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20), b"\x08\x01")
    same(outcome("qdrant.Qdrant/HealthCheck")[0], "OK")
    call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    assert b"qdrant.Points" in next(call(iter([b"\x3a\x00"]), timeout=20))


def connect(key):
    os.environ["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = authority  # where its gRPC looks for authorities
    address = {"host": "localhost", "port": rest_port, "grpc_port": port, "https": True, "verify": authority}
    return QdrantClient(**address, prefer_grpc=True, api_key=key, timeout=60, check_compatibility=False)


def the_client_works_over_tls():
    client = connect("manager")
    client.delete_collection("tls")
    client.create_collection("tls", vectors_config=models.VectorParams(size=2, distance=models.Distance.DOT))
    client.upsert("tls", [models.PointStruct(id=1, vector=[1.0, 2.0])], wait=True)
    same(client.query_points("tls", query=[1.0, 1.0]).points[0].score, 3.0)
    same(connect("reader").count("tls").count, 1)
    client.delete_collection("tls")


def without_tls_there_is_no_answer():
    plain = grpc.insecure_channel(f"localhost:{port}").unary_unary("/grpc.health.v1.Health/Check")
    try:
        plain(b"", timeout=5)
    except grpc.RpcError as error:
        assert error.code().name in ("UNAVAILABLE", "DEADLINE_EXCEEDED"), error
    else:
        raise AssertionError("the port answers without TLS")


def served():
    return ssl.get_server_certificate(("localhost", port))


def certificate(name):
    return ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(read(f"{directory}/{name}").decode()))


def a_new_certificate_is_taken():
    same(served(), certificate("cert.pem"))
    old = channel.unary_unary("/grpc.health.v1.Health/Check")
    same(old(b"", timeout=20), b"\x08\x01")
    shutil.copy(f"{directory}/new.pem", f"{directory}/cert.pem")
    for _ in range(200):
        if served() == certificate("new.pem"):
            break
        time.sleep(0.1)
    same(served(), certificate("new.pem"))
    same(old(b"", timeout=20), b"\x08\x01", "a connection that was there")
    same(secure_channel().unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20), b"\x08\x01", "a new one")


def a_broken_certificate_is_not():
    with open(f"{directory}/cert.pem", "w") as file:
        file.write("no certificate")
    time.sleep(3)
    same(served(), certificate("new.pem"))
    same(secure_channel().unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20), b"\x08\x01")


for function in (
    the_client_works_over_tls,
    without_tls_there_is_no_answer,
    calls_ask_for_what_the_matrix_says,
    keys_are_as_good_as_tokens,
    a_wrong_credential_is_refused,
    a_token_sees_and_reads_its_collections_only,
    health_and_reflection_need_no_key,
    a_new_certificate_is_taken,
    a_broken_certificate_is_not,
):
    case(function.__name__.replace("_", " "), function)
finish()
