# clients.py: the clients that the scripts compare: REST and gRPC.

from qdrant_client import QdrantClient


def connect(url, grpc_port=None):
    """A client of the server: REST, or gRPC where a port is given."""
    if grpc_port is None:
        return QdrantClient(url=url, timeout=60, check_compatibility=True)
    return QdrantClient(url=url, timeout=60, prefer_grpc=True, grpc_port=int(grpc_port), check_compatibility=True)
