//! scenario.rs: what applications do with the official Rust client, unmodified, over gRPC.
//!
//! usage: scenario HOST GRPC_PORT KEY READER_KEY

mod tap;

use std::collections::HashMap;
use std::sync::OnceLock;

use qdrant_client::qdrant::points_update_operation::{DeletePoints, Operation, PointStructList, SetPayload};
use qdrant_client::qdrant::{
    ClearPayloadPointsBuilder, CollectionInfo, CollectionStatus, Condition, CountPointsBuilder, CreateAliasBuilder,
    CreateCollectionBuilder, CreateFieldIndexCollectionBuilder, DeleteFieldIndexCollectionBuilder,
    DeletePayloadPointsBuilder, DeletePointVectorsBuilder, DeletePointsBuilder, Direction, Distance,
    FacetCountsBuilder, FieldType, Filter, GetPointsBuilder, KeywordIndexParamsBuilder, NamedVectors,
    OptimizersConfigDiffBuilder, OrderByBuilder, PayloadSchemaType, PointId, PointStruct, PointsIdsList,
    PointsUpdateOperation, Query, QueryBatchPointsBuilder, QueryPoints, QueryPointsBuilder, Range,
    RecommendInputBuilder, RecommendStrategy, RetrievedPoint, ScoredPoint, ScrollPointsBuilder,
    SetPayloadPointsBuilder, UpdateBatchPointsBuilder, UpdateCollectionBuilder, UpdateStatus, UpsertPointsBuilder,
    Value, VectorParams, VectorParamsBuilder, VectorsConfig, VectorsConfigBuilder, VectorsSelector,
    facet_value::Variant, payload_index_params::IndexParams, point_id::PointIdOptions, vector_output::Vector,
    vectors_config,
};
use qdrant_client::{Payload, Qdrant, QdrantError};
use tap::{Tap, raises};
use tonic::Code;

const NAME: &str = "rust scenario";
const UUIDS: [&str; 2] = ["2c1a4f0e-58f1-4a3c-9d0c-0b6c0f1a7e11", "9b0d6b7e-6c64-4a0e-8f0e-5f8c7b0f4d22"];

// ---- what the cases share ----

fn argument(place: usize) -> String {
    std::env::args().nth(place).expect("usage: scenario HOST GRPC_PORT KEY READER_KEY")
}

fn connect(key: Option<String>) -> Qdrant {
    let url = format!("http://{}:{}", argument(1), argument(2));
    Qdrant::from_url(&url).api_key(key).build().unwrap()
}

fn client() -> &'static Qdrant {
    static CLIENT: OnceLock<Qdrant> = OnceLock::new();
    CLIENT.get_or_init(|| connect(Some(argument(3))))
}

async fn fresh(vectors: impl Into<VectorsConfig>) {
    if client().collection_exists(NAME).await.unwrap() {
        client().delete_collection(NAME).await.unwrap();
    }
    create(vectors).await.unwrap();
}

async fn create(vectors: impl Into<VectorsConfig>) -> Result<(), QdrantError> {
    let request = CreateCollectionBuilder::new(NAME).vectors_config(vectors);
    client().create_collection(request).await.map(|_| ())
}

fn four_numbers() -> VectorParamsBuilder {
    VectorParamsBuilder::new(4, Distance::Cosine)
}

fn point(i: u64) -> PointStruct {
    let payload: Payload = [
        ("n", Value::from(i as i64)),
        ("kind", Value::from(["a", "b", "c"][i as usize % 3])),
        ("price", Value::from(i as f64 + 0.5)),
        ("tags", Value::from(vec![format!("t{}", i % 2), "all".to_string()])),
    ]
    .into();
    PointStruct::new(i, vec![1.0, i as f32 / 10.0, 0.5, (i % 3) as f32 / 3.0], payload)
}

async fn filled(n: u64) {
    fresh(four_numbers()).await;
    let points: Vec<PointStruct> = (0..n).map(point).collect();
    client().upsert_points(UpsertPointsBuilder::new(NAME, points).wait(true)).await.unwrap();
}

async fn total(filter: Filter) -> u64 {
    let request = CountPointsBuilder::new(NAME).filter(filter).exact(true);
    client().count(request).await.unwrap().result.unwrap().count
}

fn request() -> QueryPointsBuilder {
    QueryPointsBuilder::new(NAME)
}

async fn query(request: impl Into<QueryPoints>) -> Vec<ScoredPoint> {
    client().query(request).await.unwrap().result
}

async fn retrieve(id: u64) -> RetrievedPoint {
    let request = GetPointsBuilder::new(NAME, vec![id.into()]).with_payload(true).with_vectors(true);
    client().get_points(request).await.unwrap().result.remove(0)
}

async fn info() -> CollectionInfo {
    client().collection_info(NAME).await.unwrap().result.unwrap()
}

fn number(id: Option<PointId>) -> u64 {
    match id.and_then(|id| id.point_id_options) {
        Some(PointIdOptions::Num(number)) => number,
        other => panic!("no number: {other:?}"),
    }
}

fn scored(points: Vec<ScoredPoint>) -> Vec<u64> {
    points.into_iter().map(|point| number(point.id)).collect()
}

fn retrieved(points: Vec<RetrievedPoint>) -> Vec<u64> {
    points.into_iter().map(|point| number(point.id)).collect()
}

fn dense(vector: Option<Vector>) -> Vec<f32> {
    match vector {
        Some(Vector::Dense(dense)) => dense.data,
        other => panic!("no dense vector: {other:?}"),
    }
}

fn these(ids: impl IntoIterator<Item = u64>) -> PointsIdsList {
    PointsIdsList { ids: ids.into_iter().map(PointId::from).collect() }
}

// ---- cases ----

async fn collections() {
    fresh(four_numbers()).await;
    assert!(client().collection_exists(NAME).await.unwrap());
    let listed = client().list_collections().await.unwrap().collections;
    assert!(listed.iter().any(|collection| collection.name == NAME));
    let params = info().await.config.unwrap().params.unwrap().vectors_config.unwrap().config.unwrap();
    assert_eq!(params, vectors_config::Config::Params(VectorParams::from(four_numbers())));
    assert_eq!(info().await.status(), CollectionStatus::Green);
    raises(Code::AlreadyExists, "already exists", create(four_numbers()).await);
    let threshold = OptimizersConfigDiffBuilder::default().indexing_threshold(5);
    client().update_collection(UpdateCollectionBuilder::new(NAME).optimizers_config(threshold)).await.unwrap();
    assert_eq!(info().await.config.unwrap().optimizer_config.unwrap().indexing_threshold, Some(5));
    assert!(client().delete_collection(NAME).await.unwrap().result);
    assert!(!client().collection_exists(NAME).await.unwrap());
    raises(Code::NotFound, "Collection `rust scenario` doesn't exist!", client().collection_info(NAME).await);
}

async fn search() {
    filled(20).await;
    let five = || request().query(vec![1.0, 0.5, 0.5, 2.0 / 3.0]);
    let hits = query(five().limit(3).with_payload(true)).await;
    assert_eq!(hits.len(), 3);
    assert!((hits[0].score - 1.0).abs() < 1e-5);
    assert_eq!(hits[0].get("kind"), &Value::from("c"));
    assert_eq!(scored(hits)[0], 5);
    assert!(!scored(query(request().query(PointId::from(5)).limit(30)).await).contains(&5));
    let over = query(five().score_threshold(0.9999).limit(20)).await.len();
    assert!(over > 0 && over < 20);
    assert_eq!(dense(retrieve(3).await.vectors.unwrap().get_vector()).len(), 4);
}

async fn filters() {
    filled(20).await;
    assert_eq!(total(Filter::must([Condition::matches("kind", "a".to_string())])).await, 7);
    let cheap = Filter {
        must_not: vec![Condition::matches("tags", "t0".to_string())],
        ..Filter::must([Condition::range("price", Range { lt: Some(3.0), ..Default::default() })])
    };
    let page = client().scroll(ScrollPointsBuilder::new(NAME).filter(cheap)).await.unwrap();
    assert_eq!(retrieved(page.result), [1]);
    let two = Filter::must([Condition::has_id([3, 4, 99])]);
    let mut found = scored(query(request().query(vec![1.0; 4]).filter(two)).await);
    found.sort();
    assert_eq!(found, [3, 4]);
    let either = Filter {
        should: vec![Condition::matches("n", 1), Condition::matches("n", vec![2, 30])],
        ..Filter::must([Condition::is_empty("none")])
    };
    assert_eq!(total(either).await, 2);
}

async fn recommend() {
    filled(20).await;
    for strategy in [RecommendStrategy::AverageVector, RecommendStrategy::BestScore] {
        let input = RecommendInputBuilder::default()
            .add_positive(PointId::from(2))
            .add_positive(vec![1.0, 0.25, 0.5, 0.6])
            .add_negative(PointId::from(19))
            .strategy(strategy);
        let found = scored(query(request().query(Query::new_recommend(input)).limit(4)).await);
        assert_eq!(found.len(), 4);
        assert!(!found.contains(&2) && !found.contains(&19));
    }
}

async fn scroll() {
    filled(20).await;
    let mut seen = Vec::new();
    let mut request = ScrollPointsBuilder::new(NAME).limit(7);
    loop {
        let page = client().scroll(request.clone()).await.unwrap();
        seen.extend(retrieved(page.result));
        match page.next_page_offset {
            Some(next) => request = request.offset(next),
            None => break,
        }
    }
    assert_eq!(seen, (0..20).collect::<Vec<u64>>());
    let index = CreateFieldIndexCollectionBuilder::new(NAME, "n", FieldType::Integer).wait(true);
    client().create_field_index(index).await.unwrap();
    let down = OrderByBuilder::new("n").direction(Direction::Desc.into());
    let ordered = client().scroll(ScrollPointsBuilder::new(NAME).limit(3).order_by(down)).await.unwrap();
    assert_eq!(retrieved(ordered.result), [19, 18, 17]);
}

async fn payloads() {
    filled(4).await;
    let set =
        |payload: Payload, id| SetPayloadPointsBuilder::new(NAME, payload).points_selector(these([id])).wait(true);
    let change = [("new", Value::from(1)), ("kind", Value { kind: None })].into();
    client().set_payload(set(change, 1)).await.unwrap();
    let one = retrieve(1).await;
    assert_eq!((one.get("new"), one.get("price")), (&Value::from(1), &Value::from(1.5)));
    let deep = [("only", Value::from(vec![("deep", Value::from(vec![1]))]))].into();
    client().overwrite_payload(set(deep, 2)).await.unwrap();
    client().set_payload(set([("x", Value::from(2))].into(), 2).key("only")).await.unwrap();
    let delete =
        DeletePayloadPointsBuilder::new(NAME, vec!["only.deep".to_string()]).points_selector(these([2])).wait(true);
    client().delete_payload(delete).await.unwrap();
    assert_eq!(retrieve(2).await.payload, HashMap::from([("only".to_string(), Value::from(vec![("x", 2)]))]));
    client().clear_payload(ClearPayloadPointsBuilder::new(NAME).points(these([2])).wait(true)).await.unwrap();
    assert!(retrieve(2).await.payload.is_empty());
}

async fn deletes() {
    filled(20).await;
    client().delete_points(DeletePointsBuilder::new(NAME).points(these([0, 1, 1000])).wait(true)).await.unwrap();
    let high = Filter::must([Condition::range("n", Range { gte: Some(15.0), ..Default::default() })]);
    client().delete_points(DeletePointsBuilder::new(NAME).points(high).wait(true)).await.unwrap();
    assert_eq!(total(Filter::default()).await, 13);
}

async fn batches() {
    filled(3).await;
    let operations = [
        Operation::Upsert(PointStructList {
            points: vec![PointStruct::new(50, vec![1.0, 0.0, 0.0, 0.0], Payload::new())],
            ..Default::default()
        }),
        Operation::SetPayload(SetPayload {
            payload: HashMap::from([("z".to_string(), Value::from(1))]),
            points_selector: Some(vec![PointId::from(50)].into()),
            ..Default::default()
        }),
        Operation::DeletePoints(DeletePoints { points: Some(vec![PointId::from(0)].into()), ..Default::default() }),
    ];
    let operations: Vec<PointsUpdateOperation> = operations.into_iter().map(PointsUpdateOperation::from).collect();
    let batch = UpdateBatchPointsBuilder::new(NAME, operations).wait(true);
    let updates = client().update_points_batch(batch).await.unwrap().result;
    assert_eq!(updates.iter().map(|update| update.status()).collect::<Vec<_>>(), [UpdateStatus::Completed; 3]);
    assert_eq!((total(Filter::default()).await, retrieve(50).await.get("z")), (3, &Value::from(1)));
    let searches: Vec<QueryPoints> =
        (0..3).map(|i| request().query(vec![1.0, i as f32, 0.0, 0.0]).limit(2).build()).collect();
    let answers = client().query_batch(QueryBatchPointsBuilder::new(NAME, searches.clone())).await.unwrap().result;
    for (answer, alone) in answers.into_iter().zip(searches) {
        assert_eq!(scored(answer.result), scored(query(alone).await));
    }
}

async fn named_vectors() {
    let mut both = VectorsConfigBuilder::default();
    both.add_named_vector_params("a", VectorParamsBuilder::new(2, Distance::Euclid));
    both.add_named_vector_params("b", VectorParamsBuilder::new(3, Distance::Manhattan));
    fresh(both).await;
    let pair = |id: &str, a: Vec<f32>, b: Vec<f32>| {
        PointStruct::new(id, NamedVectors::default().add_vector("a", a).add_vector("b", b), Payload::new())
    };
    let [first, second] = UUIDS;
    let points = [pair(first, vec![1.0, 2.0], vec![1.0, 2.0, 3.0]), pair(second, vec![4.0, 6.0], vec![9.0; 3])];
    client().upsert_points(UpsertPointsBuilder::new(NAME, points).wait(true)).await.unwrap();
    let near = || request().query(vec![1.0, 2.0]).using("a").with_vectors(true);
    let hits = query(near()).await;
    let found: Vec<_> = hits.iter().map(|hit| (hit.id.clone().unwrap(), hit.score)).collect();
    assert_eq!(found, [(PointId::from(first), 0.0), (PointId::from(second), 5.0)]);
    assert_eq!(dense(hits[1].vectors.as_ref().unwrap().get_vector_by_name("b")), [9.0; 3]);
    let delete = DeletePointVectorsBuilder::new(NAME)
        .points_selector(PointsIdsList { ids: vec![first.into()] })
        .vectors(VectorsSelector { names: vec!["a".to_string()] })
        .wait(true);
    client().delete_vectors(delete).await.unwrap();
    assert_eq!(query(near()).await.len(), 1);
}

async fn payload_indexes() {
    filled(20).await;
    let kinds = || FacetCountsBuilder::new(NAME, "kind").exact(true);
    raises(Code::InvalidArgument, "No appropriate index for faceting", client().facet(kinds()).await);
    let tenant = KeywordIndexParamsBuilder::default().is_tenant(true).build();
    let index = CreateFieldIndexCollectionBuilder::new(NAME, "kind", FieldType::Keyword)
        .field_index_params(tenant.clone())
        .wait(true);
    client().create_field_index(index).await.unwrap();
    let hits = client().facet(kinds()).await.unwrap().hits;
    let counts: Vec<_> = hits.into_iter().map(|hit| (hit.value.unwrap().variant.unwrap(), hit.count)).collect();
    assert_eq!(counts, [("a", 7), ("b", 7), ("c", 6)].map(|(kind, n)| (Variant::StringValue(kind.to_string()), n)));
    let schema = info().await.payload_schema.remove("kind").unwrap();
    assert_eq!((schema.data_type(), schema.points), (PayloadSchemaType::Keyword, Some(20)));
    assert_eq!(schema.params.unwrap().index_params, Some(IndexParams::KeywordIndexParams(tenant)));
    client().delete_field_index(DeleteFieldIndexCollectionBuilder::new(NAME, "kind").wait(true)).await.unwrap();
    assert!(info().await.payload_schema.is_empty());
}

async fn aliases() {
    filled(3).await;
    let counted = || client().count(CountPointsBuilder::new("rust other"));
    client().create_alias(CreateAliasBuilder::new(NAME, "rust other")).await.unwrap();
    assert_eq!(counted().await.unwrap().result.unwrap().count, 3);
    let listed = client().list_collection_aliases(NAME).await.unwrap().aliases;
    assert_eq!(listed.iter().map(|alias| &alias.alias_name).collect::<Vec<_>>(), ["rust other"]);
    client().delete_alias("rust other").await.unwrap();
    raises(Code::NotFound, "doesn't exist", counted().await);
}

async fn errors() {
    filled(1).await;
    let narrow = PointStruct::new(1, vec![1.0, 2.0], Payload::new());
    let upsert = UpsertPointsBuilder::new(NAME, vec![narrow]);
    raises(Code::InvalidArgument, "expected dim: 4, got 2", client().upsert_points(upsert).await);
    let refused = async |code, part, request: QueryPointsBuilder| raises(code, part, client().query(request).await);
    refused(Code::InvalidArgument, "expected dim: 4, got 3", request().query(vec![1.0, 2.0, 3.0])).await;
    refused(Code::NotFound, "No point with id 77 found", request().query(PointId::from(77))).await;
    let elsewhere = request().query(vec![1.0; 4]).using("x");
    refused(Code::InvalidArgument, "Not existing vector name error: x", elsewhere).await;
    assert_eq!(total(Filter::default()).await, 1);
}

async fn keys() {
    let reader = connect(Some(argument(4)));
    assert!(reader.count(CountPointsBuilder::new(NAME)).await.unwrap().result.unwrap().count >= 1);
    let another = CreateCollectionBuilder::new("rust no").vectors_config(four_numbers());
    let refused = reader.create_collection(another).await;
    raises(Code::PermissionDenied, "Global manage access is required", refused);
    let wrong = connect(Some("wrong".to_string())).list_collections().await;
    raises(Code::Unauthenticated, "Invalid API key or JWT", wrong);
    raises(Code::Unauthenticated, "Must provide an API key", connect(None).list_collections().await);
    assert_eq!(client().health_check().await.unwrap().title, "qdrant - vector search engine");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut tap = Tap::new();
    tap.run("collections", collections()).await;
    tap.run("upsert and search", search()).await;
    tap.run("filters", filters()).await;
    tap.run("recommend", recommend()).await;
    tap.run("scroll pages and order", scroll()).await;
    tap.run("payloads", payloads()).await;
    tap.run("deletes", deletes()).await;
    tap.run("batches", batches()).await;
    tap.run("named vectors and uuids", named_vectors()).await;
    tap.run("payload indexes and facets", payload_indexes()).await;
    tap.run("aliases", aliases()).await;
    tap.run("errors", errors()).await;
    tap.run("keys", keys()).await;
    client().delete_collection(NAME).await.unwrap();
    tap.finish()
}
