# psycopg_scenario.py: what applications do with pgvector's Python client and psycopg,
# unmodified, where the extension vector is vecext. Values travel as text and in binary.
#
# usage: psycopg_scenario.py      libpq's variables say where the server is

import psycopg
from pgvector import Bit, HalfVector, SparseVector, Vector
from pgvector.psycopg import register_vector

from tap import case, finish, same

database = psycopg.connect(autocommit=True)
database.execute("CREATE EXTENSION IF NOT EXISTS vector")
register_vector(database)


def embedding(i):
    return Vector([1, i / 10, 0.5, (i % 3) / 3])


def filled(rows=20):
    database.execute("DROP TABLE IF EXISTS items")
    vectors = "embedding vector(4), half halfvec(4), sparse sparsevec(9), code bit(4)"
    database.execute(f"CREATE TABLE items (id int PRIMARY KEY, kind text, {vectors})")
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO items VALUES (%s, %s, %s, %s, %s, %s)", map(row, range(rows)))


def row(i):
    return i, "abc"[i % 3], embedding(i), HalfVector([i, 0, 1, 2]), SparseVector({i % 9: 1.5}, 9), Bit(f"{i % 16:04b}")


def ids(sql, *values):
    return [first for first, *_ in database.execute(sql, values)]


def raises(state, part, sql, *values):
    try:
        database.execute(sql, values)
    except psycopg.Error as error:
        assert error.sqlstate == state and part in str(error), f"{error.sqlstate}: {error}"
        return
    raise AssertionError(f"no error, wanted {state} {part!r}")


def values_return_as_they_were():
    filled()
    for binary in (False, True):
        found = database.execute("SELECT embedding, half, sparse, code FROM items WHERE id = 4", binary=binary).fetchone()
        same(found[:3], (embedding(4), HalfVector([4, 0, 1, 2]), SparseVector({4: 1.5}, 9)))
        same(Bit.from_binary(found[3]) if binary else Bit(found[3]), Bit("0100"))


def search():
    filled()
    for parameter in ("%t", "%b"):
        same(ids(f"SELECT id FROM items ORDER BY embedding <=> {parameter} LIMIT 3", embedding(5))[0], 5)
    same(ids("SELECT id FROM items ORDER BY half <-> %s LIMIT 2", HalfVector([7.1, 0, 1, 2])), [7, 8])
    same(sorted(ids("SELECT id FROM items ORDER BY sparse <#> %s LIMIT 2", SparseVector({3: 1.0}, 9))), [3, 12])
    same(sorted(ids("SELECT id FROM items WHERE code <~> %s = 0", Bit("0001"))), [1, 17])
    distances = database.execute("SELECT embedding <-> %s, embedding <+> %s FROM items WHERE id = 0", (Vector([1, 1, 0.5, 0]),) * 2)
    same(distances.fetchone(), (1.0, 1.0))


def filters_and_pages():
    filled()
    same(ids("SELECT count(*) FROM items WHERE kind = %s", "a"), [7])
    found = ids("SELECT id FROM items WHERE kind = %s AND id < 8 ORDER BY embedding <-> %s", "c", embedding(5))
    same(found, [5, 2])
    seen = []
    while page := ids("SELECT id FROM items WHERE id > %s ORDER BY id LIMIT 7", seen[-1] if seen else -1):
        seen += page
    same(seen, list(range(20)))


def recommend():
    filled()
    liked = "SELECT avg(embedding) FROM items WHERE id = ANY (%s)"
    found = ids(f"SELECT id FROM items WHERE id <> ALL (%s) ORDER BY embedding <=> ({liked}) LIMIT 1", [2, 8], [2, 8])
    same(found, [5])


def upserts_and_deletes():
    filled()
    upsert = "INSERT INTO items (id, embedding) VALUES (3, %s) ON CONFLICT (id) DO UPDATE SET embedding = excluded.embedding"
    database.execute(upsert, (Vector([9, 9, 9, 9]),))
    same(ids("SELECT embedding FROM items WHERE id = 3"), [Vector([9, 9, 9, 9])])
    same(database.execute("DELETE FROM items WHERE embedding <-> %s > 5", (embedding(0),)).rowcount, 1)
    same(database.execute("DELETE FROM items WHERE kind = 'b'").rowcount, 7)


def binary_copy():
    filled(0)
    with database.cursor().copy("COPY items (id, embedding, half, sparse) FROM STDIN WITH (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "vector", "halfvec", "sparsevec"])
        for i in range(100):
            copy.write_row((i, embedding(i), HalfVector([i, 0, 0, 0]), SparseVector({1: i + 1}, 9)))
    same(ids("SELECT id FROM items ORDER BY half <-> '[42,0,0,0]' LIMIT 1"), [42])
    same(ids("SELECT sparse FROM items WHERE id = 7"), [SparseVector({1: 8}, 9)])


def indexes_serve_searches():
    filled()
    database.execute("CREATE INDEX ON items USING hnsw (embedding vector_cosine_ops) WITH (m = 8, ef_construction = 32)")
    database.execute("CREATE INDEX ON items USING ivfflat (half halfvec_l2_ops) WITH (lists = 2)")
    database.execute("CREATE INDEX ON items USING hnsw ((binary_quantize(embedding)::bit(4)) bit_hamming_ops)")
    with database.transaction():
        database.execute("SET LOCAL enable_seqscan = off")
        database.execute("SET LOCAL hnsw.ef_search = 50")
        database.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        sql = "SELECT id FROM items ORDER BY embedding <=> %s LIMIT 3"
        plan = "\n".join(ids(f"EXPLAIN {sql}", embedding(5)))
        assert "items_embedding_idx" in plan, plan
        same(ids(sql, embedding(5))[0], 5)


def errors():
    filled(1)
    raises("22000", "expected 4 dimensions, not 2", "INSERT INTO items (id, embedding) VALUES (9, %s)", Vector([1, 2]))
    raises("22000", "different vector dimensions 4 and 3", "SELECT embedding <-> %s FROM items", Vector([1, 2, 3]))
    raises("22P02", "invalid input syntax for type vector", "SELECT 'x'::vector")
    same(ids("SELECT count(*) FROM items"), [1])


for function in (
    values_return_as_they_were,
    search,
    filters_and_pages,
    recommend,
    upserts_and_deletes,
    binary_copy,
    indexes_serve_searches,
    errors,
):
    case(function.__name__.replace("_", " "), function)
database.execute("DROP TABLE items")
finish()
