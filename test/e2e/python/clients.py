# clients.py: the clients that the scripts compare: REST, gRPC, and the client's own
# in-process mode.

from qdrant_client import QdrantClient


def connect(url, grpc_port=None):
    """A client of the server: REST, or gRPC where a port is given."""
    if grpc_port is None:
        return QdrantClient(url=url, timeout=60, check_compatibility=True)
    return QdrantClient(url=url, timeout=60, prefer_grpc=True, grpc_port=int(grpc_port), check_compatibility=True)


class _Elsewhere:
    """A client whose collections have another name, so that two may do the same on one server."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, method):
        def call(collection, *arguments, **keywords):
            return getattr(self._client, method)(f"{collection} over gRPC", *arguments, **keywords)

        return call


def pair(url, grpc_port=None):
    """Two clients that must answer alike: REST, and in-process mode or gRPC."""
    server = connect(url)
    return server, QdrantClient(":memory:") if grpc_port is None else _Elsewhere(connect(url, grpc_port))
