# comparing.py: what the scripts share that send the same random requests to two clients.
#
# usage: SCRIPT URL SEED ROUNDS [GRPC_PORT]

import random
import sys
import warnings

from qdrant_client import QdrantClient

from clients import connect

warnings.filterwarnings("ignore")
url, seed, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
grpc_port = sys.argv[4] if len(sys.argv) > 4 else None
rng = random.Random(seed)
print(f"# seed {seed}")


def vector(dimension):
    return [rng.uniform(-1, 1) for _ in range(dimension)]


def server_and_local():
    """A client of the server, over gRPC where a port was given, and one of the in-process mode."""
    return connect(url, grpc_port), QdrantClient(":memory:")


def to_both(first, second):
    """A function that makes a call with both clients and returns both results."""
    return lambda call: (call(first), call(second))
