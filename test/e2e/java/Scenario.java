// Scenario.java: what applications do with the official Java client, unmodified, over gRPC.
//
// usage: Scenario HOST GRPC_PORT KEY READER_KEY

import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.isEmpty;
import static io.qdrant.client.ConditionFactory.match;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.ConditionFactory.range;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.QueryFactory.recommend;
import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.nullValue;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorFactory.vector;
import static io.qdrant.client.VectorInputFactory.vectorInput;
import static io.qdrant.client.VectorsFactory.namedVectors;
import static io.qdrant.client.VectorsFactory.vectors;

import io.grpc.Status.Code;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionStatus;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.KeywordIndexParams;
import io.qdrant.client.grpc.Collections.OptimizersConfigDiff;
import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Collections.PayloadSchemaInfo;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.PointsIdsList;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RecommendInput;
import io.qdrant.client.grpc.Points.RecommendStrategy;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpdateStatus;
import io.qdrant.client.grpc.Points.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

public final class Scenario {
	private static final String NAME = "java scenario";
	private static final VectorParams FOUR = params(4, Distance.Cosine);

	private final String host;
	private final int port;
	private final String readerKey;
	private final QdrantClient client;

	private Scenario(String[] arguments) {
		host = arguments[0];
		port = Integer.parseInt(arguments[1]);
		readerKey = arguments[3];
		client = connect(arguments[2]);
	}

	public static void main(String[] arguments) throws Exception {
		Scenario scenario = new Scenario(arguments);
		Tap tap = new Tap();
		tap.run("collections", scenario::collections);
		tap.run("upsert and search", scenario::search);
		tap.run("filters", scenario::filters);
		tap.run("recommend", scenario::recommendation);
		tap.run("scroll pages and order", scenario::scroll);
		tap.run("payloads", scenario::payloads);
		tap.run("deletes", scenario::deletes);
		tap.run("batches", scenario::batches);
		tap.run("named vectors and uuids", scenario::namesAndUuids);
		tap.run("payload indexes and facets", scenario::payloadIndexes);
		tap.run("aliases", scenario::aliases);
		tap.run("errors", scenario::errors);
		tap.run("keys", scenario::keys);
		scenario.client.deleteCollectionAsync(NAME).get();
		tap.finish();
	}

	// ---- what the cases share ----

	private QdrantClient connect(String key) {
		QdrantGrpcClient.Builder builder = QdrantGrpcClient.newBuilder(host, port, false, false);
		return new QdrantClient(key == null ? builder.build() : builder.withApiKey(key).build());
	}

	private static VectorParams params(long size, Distance distance) {
		return VectorParams.newBuilder().setSize(size).setDistance(distance).build();
	}

	private static PointStruct point(int i) {
		Map<String, Value> payload = Map.of("n", value(i), "kind", value("abc".substring(i % 3, i % 3 + 1)),
				"price", value(i + 0.5), "tags", list(List.of(value("t" + i % 2), value("all"))));
		return PointStruct.newBuilder().setId(id(i)).setVectors(vectors(1, i / 10f, 0.5f, i % 3 / 3f)).putAllPayload(payload).build();
	}

	private void fresh(Map<String, VectorParams> named) throws Exception {
		if (client.collectionExistsAsync(NAME).get()) client.deleteCollectionAsync(NAME).get();
		if (named.isEmpty()) client.createCollectionAsync(NAME, FOUR).get();
		else client.createCollectionAsync(NAME, named).get();
	}

	private void filled(int n) throws Exception {
		fresh(Map.of());
		client.upsertAsync(NAME, IntStream.range(0, n).mapToObj(Scenario::point).toList()).get();
	}

	private List<ScoredPoint> query(QueryPoints.Builder request) throws Exception {
		return client.queryAsync(request.setCollectionName(NAME).build()).get();
	}

	private static QueryPoints.Builder near(float... vector) {
		return QueryPoints.newBuilder().setQuery(nearest(vector));
	}

	private ScrollResponse page(ScrollPoints.Builder request) throws Exception {
		return client.scrollAsync(request.setCollectionName(NAME).build()).get();
	}

	private long count(Filter filter) throws Exception {
		return client.countAsync(NAME, filter, true).get();
	}

	private CollectionInfo info() throws Exception {
		return client.getCollectionInfoAsync(NAME).get();
	}

	private Map<String, Value> payload(long point) throws Exception {
		return client.retrieveAsync(NAME, id(point), null).get().get(0).getPayloadMap();
	}

	private static Filter all(Condition... conditions) {
		return Filter.newBuilder().addAllMust(List.of(conditions)).build();
	}

	private static List<Long> scored(List<ScoredPoint> points) {
		return points.stream().map(point -> point.getId().getNum()).toList();
	}

	private static List<Long> retrieved(List<RetrievedPoint> points) {
		return points.stream().map(point -> point.getId().getNum()).toList();
	}

	private static PointsSelector these(PointId... ids) {
		return PointsSelector.newBuilder().setPoints(PointsIdsList.newBuilder().addAllIds(List.of(ids))).build();
	}

	// ---- cases ----

	private void collections() throws Exception {
		fresh(Map.of());
		Tap.same(client.collectionExistsAsync(NAME).get(), true);
		Tap.same(client.listCollectionsAsync().get().contains(NAME), true);
		Tap.same(info().getConfig().getParams().getVectorsConfig().getParams(), FOUR);
		Tap.same(info().getStatus(), CollectionStatus.Green);
		Tap.raises(Code.ALREADY_EXISTS, "already exists", client.createCollectionAsync(NAME, FOUR));
		OptimizersConfigDiff threshold = OptimizersConfigDiff.newBuilder().setIndexingThreshold(5).build();
		client.updateCollectionAsync(UpdateCollection.newBuilder().setCollectionName(NAME).setOptimizersConfig(threshold).build()).get();
		Tap.same(info().getConfig().getOptimizerConfig().getIndexingThreshold(), 5L);
		Tap.same(client.deleteCollectionAsync(NAME).get().getResult(), true);
		Tap.same(client.collectionExistsAsync(NAME).get(), false);
		Tap.raises(Code.NOT_FOUND, "Collection `java scenario` doesn't exist!", client.getCollectionInfoAsync(NAME));
	}

	private void search() throws Exception {
		filled(20);
		float[] five = {1, 0.5f, 0.5f, 2f / 3};
		List<ScoredPoint> hits = query(near(five).setLimit(3).setWithPayload(WithPayloadSelectorFactory.enable(true)));
		Tap.same(List.of(hits.size(), hits.get(0).getId().getNum()), List.of(3, 5L));
		Tap.same(Math.abs(hits.get(0).getScore() - 1) < 1e-5, true);
		Tap.same(hits.get(0).getPayloadMap().get("kind"), value("c"));
		Tap.same(scored(query(QueryPoints.newBuilder().setQuery(nearest(5)).setLimit(30))).contains(5L), false);
		int over = query(near(five).setScoreThreshold(0.9999f).setLimit(20)).size();
		Tap.same(over > 0 && over < 20, true);
		RetrievedPoint three = client.retrieveAsync(NAME, id(3), false, true, null).get().get(0);
		Tap.same(three.getVectors().getVector().getDense().getDataCount(), 4);
	}

	private void filters() throws Exception {
		filled(20);
		Tap.same(count(all(matchKeyword("kind", "a"))), 7L);
		Filter cheap = all(range("price", Range.newBuilder().setLt(3).build())).toBuilder().addMustNot(matchKeyword("tags", "t0")).build();
		Tap.same(retrieved(page(ScrollPoints.newBuilder().setFilter(cheap)).getResultList()), List.of(1L));
		List<ScoredPoint> two = query(near(1, 1, 1, 1).setFilter(all(hasId(List.of(id(3), id(4), id(99))))));
		Tap.same(scored(two).stream().sorted().toList(), List.of(3L, 4L));
		Filter either = all(isEmpty("none")).toBuilder().addShould(match("n", 1)).addShould(match("n", 2)).build();
		Tap.same(count(either), 2L);
	}

	private void recommendation() throws Exception {
		filled(20);
		for (RecommendStrategy strategy : List.of(RecommendStrategy.AverageVector, RecommendStrategy.BestScore)) {
			RecommendInput input = RecommendInput.newBuilder().addPositive(vectorInput(2)).addPositive(vectorInput(1, 0.25f, 0.5f, 0.6f))
					.addNegative(vectorInput(19)).setStrategy(strategy).build();
			List<Long> found = scored(query(QueryPoints.newBuilder().setQuery(recommend(input)).setLimit(4)));
			Tap.same(List.of(found.size(), found.contains(2L), found.contains(19L)), List.of(4, false, false));
		}
	}

	private void scroll() throws Exception {
		filled(20);
		List<Long> seen = new ArrayList<>();
		ScrollPoints.Builder next = ScrollPoints.newBuilder().setLimit(7);
		for (ScrollResponse page = page(next);; page = page(next.setOffset(page.getNextPageOffset()))) {
			seen.addAll(retrieved(page.getResultList()));
			if (!page.hasNextPageOffset()) break;
		}
		Tap.same(seen, IntStream.range(0, 20).mapToObj(i -> (long) i).toList());
		client.createPayloadIndexAsync(NAME, "n", PayloadSchemaType.Integer, null, true, null, null).get();
		OrderBy down = OrderBy.newBuilder().setKey("n").setDirection(Direction.Desc).build();
		Tap.same(retrieved(page(ScrollPoints.newBuilder().setLimit(3).setOrderBy(down)).getResultList()), List.of(19L, 18L, 17L));
	}

	private void payloads() throws Exception {
		filled(4);
		client.setPayloadAsync(NAME, Map.of("new", value(1), "kind", nullValue()), id(1), true, null, null).get();
		Tap.same(List.of(payload(1).get("new"), payload(1).get("price")), List.of(value(1), value(1.5)));
		client.overwritePayloadAsync(NAME, Map.of("only", value(Map.of("deep", list(List.of(value(1)))))), id(2), true, null, null).get();
		client.setPayloadAsync(NAME, Map.of("x", value(2)), these(id(2)), true, "only", null, null).get();
		client.deletePayloadAsync(NAME, List.of("only.deep"), id(2), true, null, null).get();
		Tap.same(payload(2), Map.of("only", value(Map.of("x", value(2)))));
		client.clearPayloadAsync(NAME, id(2), true, null, null).get();
		Tap.same(payload(2), Map.of());
	}

	private void deletes() throws Exception {
		filled(20);
		client.deleteAsync(NAME, List.of(id(0), id(1), id(1000))).get();
		client.deleteAsync(NAME, all(range("n", Range.newBuilder().setGte(15).build()))).get();
		Tap.same(count(Filter.getDefaultInstance()), 13L);
	}

	private void batches() throws Exception {
		filled(3);
		PointStruct fifty = PointStruct.newBuilder().setId(id(50)).setVectors(vectors(1, 0, 0, 0)).build();
		List<UpdateResult> updates = client.batchUpdateAsync(NAME, List.of(
				PointsUpdateOperation.newBuilder().setUpsert(PointsUpdateOperation.PointStructList.newBuilder().addPoints(fifty)).build(),
				PointsUpdateOperation.newBuilder().setSetPayload(PointsUpdateOperation.SetPayload.newBuilder()
						.putPayload("z", value(1)).setPointsSelector(these(id(50)))).build(),
				PointsUpdateOperation.newBuilder().setDeletePoints(PointsUpdateOperation.DeletePoints.newBuilder()
						.setPoints(these(id(0)))).build())).get();
		Tap.same(updates.stream().map(UpdateResult::getStatus).distinct().toList(), List.of(UpdateStatus.Completed));
		Tap.same(List.of(updates.size(), count(Filter.getDefaultInstance()), payload(50)), List.of(3, 3L, Map.of("z", value(1))));
		List<QueryPoints> searches = IntStream.range(0, 3).mapToObj(i -> near(1, i, 0, 0).setCollectionName(NAME).setLimit(2).build()).toList();
		var answers = client.queryBatchAsync(NAME, searches).get();
		for (int i = 0; i < 3; i++) Tap.same(scored(answers.get(i).getResultList()), scored(query(searches.get(i).toBuilder())));
	}

	private void namesAndUuids() throws Exception {
		fresh(Map.of("a", params(2, Distance.Euclid), "b", params(3, Distance.Manhattan)));
		UUID first = UUID.randomUUID();
		UUID second = UUID.randomUUID();
		client.upsertAsync(NAME, List.of(pair(first, vector(1, 2), vector(1, 2, 3)), pair(second, vector(4, 6), vector(9, 9, 9)))).get();
		List<ScoredPoint> hits = query(near(1, 2).setUsing("a").setWithVectors(WithVectorsSelectorFactory.enable(true)));
		Tap.same(hits.stream().map(ScoredPoint::getId).toList(), List.of(id(first), id(second)));
		Tap.same(hits.stream().map(ScoredPoint::getScore).toList(), List.of(0f, 5f));
		Tap.same(hits.get(1).getVectors().getVectors().getVectorsMap().get("b").getDense().getDataList(), List.of(9f, 9f, 9f));
		client.deleteVectorsAsync(NAME, List.of("a"), List.of(id(first))).get();
		Tap.same(query(near(1, 2).setUsing("a")).stream().map(ScoredPoint::getId).toList(), List.of(id(second)));
	}

	private static PointStruct pair(UUID point, Vector a, Vector b) {
		return PointStruct.newBuilder().setId(id(point)).setVectors(namedVectors(Map.of("a", a, "b", b))).build();
	}

	private void payloadIndexes() throws Exception {
		filled(20);
		FacetCounts kinds = FacetCounts.newBuilder().setCollectionName(NAME).setKey("kind").setExact(true).build();
		Tap.raises(Code.INVALID_ARGUMENT, "No appropriate index for faceting", client.facetAsync(kinds));
		PayloadIndexParams tenant = PayloadIndexParams.newBuilder()
				.setKeywordIndexParams(KeywordIndexParams.newBuilder().setIsTenant(true)).build();
		client.createPayloadIndexAsync(NAME, "kind", PayloadSchemaType.Keyword, tenant, true, null, null).get();
		List<FacetHit> hits = client.facetAsync(kinds).get();
		Tap.same(hits.stream().map(hit -> hit.getValue().getStringValue() + hit.getCount()).toList(), List.of("a7", "b7", "c6"));
		PayloadSchemaInfo schema = info().getPayloadSchemaMap().get("kind");
		Tap.same(List.of(schema.getDataType(), schema.getParams(), schema.getPoints()), List.of(PayloadSchemaType.Keyword, tenant, 20L));
		client.deletePayloadIndexAsync(NAME, "kind", true, null, null).get();
		Tap.same(info().getPayloadSchemaCount(), 0);
	}

	private void aliases() throws Exception {
		filled(3);
		client.createAliasAsync("java other", NAME).get();
		Tap.same(client.countAsync("java other").get(), 3L);
		Tap.same(client.listCollectionAliasesAsync(NAME).get(), List.of("java other"));
		client.deleteAliasAsync("java other").get();
		Tap.raises(Code.NOT_FOUND, "doesn't exist", client.countAsync("java other"));
	}

	private void errors() throws Exception {
		filled(1);
		PointStruct narrow = PointStruct.newBuilder().setId(id(1)).setVectors(vectors(1, 2)).build();
		Tap.raises(Code.INVALID_ARGUMENT, "expected dim: 4, got 2", client.upsertAsync(NAME, List.of(narrow)));
		refused(Code.INVALID_ARGUMENT, "expected dim: 4, got 3", near(1, 2, 3));
		refused(Code.NOT_FOUND, "No point with id 77 found", QueryPoints.newBuilder().setQuery(nearest(77)));
		refused(Code.INVALID_ARGUMENT, "Not existing vector name error: x", near(1, 2, 3, 4).setUsing("x"));
		Tap.same(count(Filter.getDefaultInstance()), 1L);
	}

	private void refused(Code code, String part, QueryPoints.Builder request) throws Exception {
		Tap.raises(code, part, client.queryAsync(request.setCollectionName(NAME).build()));
	}

	private void keys() throws Exception {
		QdrantClient reader = connect(readerKey);
		Tap.same(reader.countAsync(NAME).get() >= 1, true);
		CreateCollection another = CreateCollection.newBuilder().setCollectionName("java no").build();
		Tap.raises(Code.PERMISSION_DENIED, "Global manage access is required", reader.createCollectionAsync(another));
		Tap.raises(Code.UNAUTHENTICATED, "Invalid API key or JWT", connect("wrong").listCollectionsAsync());
		Tap.raises(Code.UNAUTHENTICATED, "Must provide an API key", connect(null).listCollectionsAsync());
		Tap.same(client.healthCheckAsync().get().getTitle(), "qdrant - vector search engine");
	}
}
