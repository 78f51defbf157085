# sqlalchemy_scenario.py: what applications do with pgvector's types in SQLAlchemy,
# unmodified, where the extension vector is vecext.
#
# usage: sqlalchemy_scenario.py      libpq's variables say where the server is

from pgvector import SparseVector
from pgvector.sqlalchemy import BIT, HALFVEC, SPARSEVEC, VECTOR, avg
from sqlalchemy import Index, MetaData, Table, create_engine, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tap import case, finish, same

engine = create_engine("postgresql+psycopg://")


class Base(DeclarativeBase):
    pass


class Document(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    embedding = mapped_column(VECTOR(3))
    half = mapped_column(HALFVEC(2))
    sparse = mapped_column(SPARSEVEC(5))
    code = mapped_column(BIT(4))
    __table_args__ = (
        Index(
            "documents_embedding",
            "embedding",
            postgresql_using="hnsw",
            postgresql_with={"m": 16, "ef_construction": 64},
            postgresql_ops={"embedding": "vector_l2_ops"},
        ),
    )


def document(i):
    return Document(id=i, kind="ab"[i % 2], embedding=[i, 0, 1], half=[i, 1], sparse=SparseVector({i % 5: 2}, 5), code=f"{i:04b}")


def filled():
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all([document(i) for i in range(10)])


def found(statement):
    with Session(engine) as session:
        return list(session.scalars(statement))


def objects_return_as_they_were():
    filled()
    with Session(engine) as session:
        row = session.get(Document, 3)
        same((list(row.embedding), row.half, row.code), ([3, 0, 1], [3, 1], "0011"))
        same(row.sparse, SparseVector({3: 2}, 5))


def searches_by_each_distance():
    filled()
    same(found(select(Document.id).order_by(Document.embedding.l2_distance([4.1, 0, 1])).limit(2)), [4, 5])
    same(found(select(Document.id).order_by(Document.embedding.max_inner_product([1, 0, 0])).limit(1)), [9])
    same(found(select(Document.id).order_by(Document.embedding.cosine_distance([0, 0, 1])).limit(1)), [0])
    same(found(select(Document.id).order_by(Document.embedding.l1_distance([2, 0, 1])).limit(1)), [2])
    same(found(select(Document.id).order_by(Document.half.l2_distance([6, 1])).limit(1)), [6])
    same(sorted(found(select(Document.id).order_by(Document.sparse.max_inner_product(SparseVector({1: 1}, 5))).limit(2))), [1, 6])
    same(found(select(Document.id).order_by(Document.code.hamming_distance("1001")).limit(1)), [9])


def filters_counts_and_pages():
    filled()
    near = Document.embedding.l2_distance([5, 0, 1])
    same(found(select(Document.id).where(Document.kind == "a").order_by(near, Document.id).limit(2)), [4, 6])
    same(found(select(func.count()).select_from(Document).where(near < 2.5)), [5])
    same(found(select(Document.id).order_by(Document.id).where(Document.id > 6).limit(2)), [7, 8])


def recommends_by_an_average():
    filled()
    liked = select(avg(Document.embedding)).where(Document.id.in_([3, 5])).scalar_subquery()
    same(found(select(Document.id).where(Document.id.not_in([3, 5])).order_by(Document.embedding.op("<->")(liked)).limit(1)), [4])


def upserts_and_deletes():
    filled()
    new = insert(Document).values(id=3, kind="c", embedding=[7, 7, 7])
    with engine.begin() as connection:
        connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"embedding": new.excluded.embedding, "kind": "c"}))
        same(connection.execute(delete(Document).where(Document.kind == "b")).rowcount, 4)
    same([list(v) for v in found(select(Document.embedding).where(Document.kind == "c"))], [[7, 7, 7]])


def types_are_reflected():
    filled()
    columns = Table("documents", MetaData(), autoload_with=engine).columns
    same([type(columns[name].type) for name in ("embedding", "half", "sparse")], [VECTOR, HALFVEC, SPARSEVEC])


def the_index_serves_searches():
    filled()
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.scalars(text("EXPLAIN SELECT id FROM documents ORDER BY embedding <-> '[1,2,3]' LIMIT 1"))
        assert "documents_embedding" in "\n".join(plan)


def errors():
    filled()
    try:
        found(select(Document.id).order_by(Document.embedding.l2_distance([1, 2])))
    except DBAPIError as error:
        assert "different vector dimensions 3 and 2" in str(error), error
        return
    raise AssertionError("no error")


for function in (
    objects_return_as_they_were,
    searches_by_each_distance,
    filters_counts_and_pages,
    recommends_by_an_average,
    upserts_and_deletes,
    types_are_reflected,
    the_index_serves_searches,
    errors,
):
    case(function.__name__.replace("_", " "), function)
Base.metadata.drop_all(engine)
finish()
