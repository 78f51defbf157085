/*
 * storage_test.cpp: what the storage promises, case by case.
 */
#include <cmath>
#include <numeric>
#include <thread>

#include "storage_fixture.h"

namespace vecext {
namespace {

using model::Distance;
using model::PayloadFieldType;
using model::PointId;

class Storage : public testing::Test {
protected:
	Storage() : dispatcher_(open_dispatcher()) {}

	void SetUp() override { clear(); }
	void TearDown() override { clear(); }

	void clear()
	{
		for (const std::string &name : dispatcher_.list_collections())
			dispatcher_.delete_collection(name);
	}

	void create(const std::string &name, std::map<std::string, model::VectorParams> vectors, uint32_t shards = 1)
	{
		model::CreateCollection request;
		request.vectors = std::move(vectors);
		request.shard_number = shards;
		dispatcher_.create_collection(name, request);
	}

	void create_items() { create("items", {{"", dense(2, Distance::kEuclid)}}); }

	void run(const model::UpdateOperation &operation) { dispatcher_.update("items", operation, kWait); }

	std::vector<model::ScoredPoint> search(const model::QueryRequest &request)
	{
		return dispatcher_.query("items", request, kRead);
	}

	std::string payload_of(PointId id)
	{
		model::RetrieveRequest request;
		request.ids = {id};
		request.with_payload.kind = model::PayloadSelection::kAll;
		const auto found = dispatcher_.retrieve("items", request, kRead);
		return found.empty() ? "" : *found[0].payload;
	}

	std::vector<uint64_t> numbers(const std::vector<model::ScoredPoint> &points)
	{
		std::vector<uint64_t> list;
		for (const auto &point : points)
			list.push_back(std::get<uint64_t>(point.id));
		return list;
	}

	/* Points 1..n at (i, 0) with payload {"n": i, "even": bool}. */
	void fill(uint64_t n)
	{
		std::vector<model::Point> points;
		for (uint64_t i = 1; i <= n; i++)
			points.push_back(point(i, {{"", model::DenseVector{static_cast<float>(i), 0}}},
								   "{\"n\": " + std::to_string(i) + ", \"even\": " + (i % 2 ? "false" : "true") + "}"));
		run(upsert(std::move(points)));
	}

	dispatch::Dispatcher dispatcher_;
};

TEST_F(Storage, CollectionsAndAliases)
{
	create_items();
	EXPECT_EQ(error_of([&] { create_items(); }), "Wrong input: Collection `items` already exists!");
	EXPECT_EQ(error_of([&] { dispatcher_.count("no", {}, kRead); }), "Not found: Collection `no` doesn't exist!");
	dispatcher_.update_aliases({model::CreateAlias{"items", "shown"}});
	EXPECT_EQ(dispatcher_.resolve("shown"), "items");
	EXPECT_EQ(error_of([&] { create("shown", {}); }).substr(0, 40), "Wrong input: Can't create collection wit");
	EXPECT_FALSE(dispatcher_.delete_collection("shown"));
	EXPECT_EQ(error_of([&] {
				  dispatcher_.update_aliases({model::RenameAlias{"shown", "seen"}, model::RenameAlias{"gone", "x"},
											  model::DeleteAlias{"seen"}});
			  }),
			  "Not found: Alias gone does not exists!");
	ASSERT_EQ(dispatcher_.collection_aliases("items").size(), 1u); /* what came before the error stays */
	EXPECT_EQ(dispatcher_.list_aliases()[0].alias, "seen");
	EXPECT_TRUE(dispatcher_.delete_collection("items"));
	EXPECT_FALSE(dispatcher_.delete_collection("items"));
	EXPECT_TRUE(dispatcher_.list_aliases().empty());
}

TEST_F(Storage, SurvivesARestart)
{
	const std::string name(255, 'n');
	model::CreateCollection request;
	request.vectors["quoted \" name"] = dense(3, Distance::kDot, model::Datatype::kFloat16);
	request.quantization = model::ScalarQuantization{0.99f, true, {}};
	request.metadata = model::Metadata{{"owner", "{\"id\": 1.0}"}};
	request.strict_mode.emplace().max_query_limit = 7;
	dispatcher_.create_collection(name, request);
	dispatcher_.create_field_index(name, "a.\"b c\"[]", field_of(PayloadFieldType::kKeyword), kWait);
	dispatcher_.update(name, upsert({point(uuid(1), {}, "{\"x\": 1.0}")}), kWait);
	dispatcher_.update_aliases({model::CreateAlias{name, "it's"}});

	dispatch::Dispatcher again = open_dispatcher();
	const model::CollectionInfo info = again.collection_info("it's");
	EXPECT_EQ(info.config.vectors, request.vectors);
	EXPECT_EQ(info.config.quantization, request.quantization);
	EXPECT_EQ(info.config.metadata.at("owner"), "{\"id\":1.0}");
	EXPECT_EQ(info.config.strict_mode->max_query_limit, 7u);
	EXPECT_EQ(info.points_count, 1u);
	EXPECT_TRUE(info.payload_schema.contains("a.\"b c\"[]"));
	EXPECT_EQ(again.update(name, upsert({point(uint64_t(2), {})}), kWait).operation_id, 2u);
}

TEST_F(Storage, ScoresOfEveryDistance)
{
	create("items", {{"cos", dense(2, Distance::kCosine)},
					 {"dot", dense(2, Distance::kDot)},
					 {"l1", dense(2, Distance::kManhattan)},
					 {"l2", dense(2, Distance::kEuclid)},
					 {"bytes", dense(2, Distance::kCosine, model::Datatype::kUint8)},
					 {"half", dense(2, Distance::kEuclid, model::Datatype::kFloat16)}});
	model::NamedVectors vectors;
	for (const char *name : {"cos", "dot", "l1", "l2", "half"})
		vectors.emplace_back(name, model::DenseVector{3, 4});
	vectors.emplace_back("bytes", model::DenseVector{3.9f, 300});
	run(upsert({point(uint64_t(1), vectors)}));
	const auto score = [&](const char *name) { return search(nearest(vector({1, 0}), name, 1)).at(0).score; };
	EXPECT_FLOAT_EQ(score("cos"), 0.6f);
	EXPECT_FLOAT_EQ(score("dot"), 3);
	EXPECT_FLOAT_EQ(score("l1"), 6);
	EXPECT_FLOAT_EQ(score("l2"), std::sqrt(20.0f));
	EXPECT_FLOAT_EQ(score("half"), std::sqrt(20.0f));
	EXPECT_NEAR(score("bytes"), 3 / std::sqrt(9.0 + 255 * 255), 1e-5);

	model::RetrieveRequest request;
	request.ids = {uint64_t(1)};
	request.with_vectors = {model::VectorSelection::kNamed, {"cos", "bytes"}};
	const auto found = dispatcher_.retrieve("items", request, kRead).at(0);
	std::map<std::string, model::DenseVector> read;
	for (const auto &[name, value] : *found.vectors)
		read[name] = std::get<model::DenseVector>(value);
	EXPECT_EQ(read["bytes"], (model::DenseVector{3, 255}));
	EXPECT_FLOAT_EQ(read["cos"][0], 0.6f);
	request.with_vectors.names = {"none"};
	EXPECT_EQ(error_of([&] { dispatcher_.retrieve("items", request, kRead); }),
			  "Wrong input: Not existing vector name error: none");
	EXPECT_EQ(error_of([&] { search(nearest(vector({1}), "cos", 1)); }),
			  "Wrong input: Vector dimension error: expected dim: 2, got 1");
}

TEST_F(Storage, VectorsBeyondWhatAnIndexHolds)
{
	create("items", {{"", dense(40000, Distance::kEuclid)}, {"c", dense(20000, Distance::kCosine)}});
	std::vector<model::Point> points;
	for (uint64_t i = 1; i <= 3; i++) {
		model::DenseVector wide(40000, 0), cosine(20000, 0);
		wide[39999] = static_cast<float>(i);
		cosine[0] = 1, cosine[19999] = static_cast<float>(i);
		points.push_back(point(i, {{"", wide}, {"c", cosine}}));
	}
	points.push_back(point(uint64_t(4), {}));
	run(upsert(points));
	model::DenseVector query(40000, 0);
	query[39999] = 3;
	auto found = search(nearest(vector(query), "", 10));
	EXPECT_EQ(numbers(found), (std::vector<uint64_t>{3, 2, 1}));
	EXPECT_FLOAT_EQ(found[2].score, 2);
	run(model::UpdateVectors{{{uint64_t(4), {{"", query}}}}, {}, {}});
	model::QueryRequest request = nearest(uint64_t(4), "", 10);
	request.with_vectors.kind = model::VectorSelection::kAll;
	found = search(request);
	EXPECT_EQ(numbers(found), (std::vector<uint64_t>{3, 2, 1})); /* without the point that asks */
	EXPECT_EQ(std::get<model::DenseVector>(found[0].vectors->at(0).second).size(), 40000u);
	model::DenseVector cosine(20000, 0);
	cosine[0] = 2;
	EXPECT_NEAR(search(nearest(vector(cosine), "c", 1)).at(0).score, std::sqrt(0.5), 1e-5);
}

TEST_F(Storage, MissingIdsInChunksOf32)
{
	create_items();
	fill(100);
	std::vector<PointId> list(100);
	for (uint64_t i = 0; i < 100; i++)
		list[i] = i + 1;
	list[40] = uint64_t(777);
	const model::SetPayload request{"{\"seen\": true}", ids(list), {}, {}};
	EXPECT_EQ(error_of([&] { run(request); }), "Not found: No point with id 777 found");
	model::CountRequest count;
	count.filter = must({equals("seen", true)});
	EXPECT_EQ(dispatcher_.count("items", count, kRead), 63u); /* two chunks without one point */
	model::UpdateParams no_wait;
	EXPECT_EQ(dispatcher_.update("items", request, no_wait).status, model::UpdateStatus::kAcknowledged);
	run(model::DeletePoints{ids({uint64_t(777)}), {}});
	EXPECT_EQ(error_of([&] { run(model::DeletePoints{}); }), "Wrong input: Empty update request");
}

TEST_F(Storage, PayloadsAtPaths)
{
	create_items();
	run(upsert({point(uint64_t(1), {}, "{\"a\": {\"b\": 1, \"c\": 2.0}, \"l\": [{\"x\": 1}, {\"x\": 2}]}")}));
	run(model::SetPayload{"{\"b\": null, \"d\": \"\\\"\"}", ids({uint64_t(1)}), "a", {}});
	EXPECT_EQ(payload_of(uint64_t(1)), "{\"a\": {\"c\": 2.0, \"d\": \"\\\"\"}, \"l\": [{\"x\": 1}, {\"x\": 2}]}");
	run(model::DeletePayload{{"l[].x", "a.c"}, where(model::Filter()), {}});
	EXPECT_EQ(payload_of(uint64_t(1)), "{\"a\": {\"d\": \"\\\"\"}, \"l\": [{}, {}]}");
	model::RetrieveRequest request;
	request.ids = {uint64_t(1), uint64_t(9), uint64_t(1)};
	request.with_payload = {model::PayloadSelection::kExclude, {"l"}};
	const auto found = dispatcher_.retrieve("items", request, kRead);
	ASSERT_EQ(found.size(), 1u);
	EXPECT_EQ(*found[0].payload, "{\"a\": {\"d\": \"\\\"\"}}");
}

TEST_F(Storage, OrderByValues)
{
	create_items();
	run(upsert({point(uint64_t(1), {}, "{\"n\": 5}"), point(uint64_t(2), {}, "{\"n\": [7, 1]}"),
				point(uint64_t(3), {}, "{}"), point(uint64_t(4), {}, "{\"n\": 5, \"at\": \"2020-01-01T00:00:00Z\"}")}));
	model::ScrollRequest request;
	request.order_by = model::OrderBy{"n", model::OrderDirection::kDescending, {}};
	EXPECT_EQ(error_of([&] { dispatcher_.scroll("items", request, kRead); }).substr(0, 33),
			  "Wrong input: No range index for `");
	dispatcher_.create_field_index("items", "n", field_of(PayloadFieldType::kInteger), kWait);
	dispatcher_.create_field_index("items", "at", field_of(PayloadFieldType::kDatetime), kWait);
	auto page = dispatcher_.scroll("items", request, kRead);
	std::vector<std::pair<uint64_t, int64_t>> seen;
	for (const auto &record : page.points)
		seen.emplace_back(std::get<uint64_t>(record.id), std::get<int64_t>(*record.order_value));
	EXPECT_EQ(seen, (std::vector<std::pair<uint64_t, int64_t>>{{2, 7}, {4, 5}, {1, 5}, {2, 1}}));
	request.order_by->start_from = int64_t(4);
	EXPECT_EQ(dispatcher_.scroll("items", request, kRead).points.size(), 1u);
	request.order_by = model::OrderBy{"at", model::OrderDirection::kAscending, "2019-12-31"};
	EXPECT_EQ(std::get<int64_t>(*dispatcher_.scroll("items", request, kRead).points.at(0).order_value),
			  1577836800000000);
	model::QueryRequest query;
	query.query = model::OrderByQuery{{"n", model::OrderDirection::kAscending, {}}};
	query.offset = 1;
	EXPECT_EQ(numbers(search(query)), (std::vector<uint64_t>{1, 4, 2}));
}

TEST_F(Storage, FacetsAndCounts)
{
	create("items", {{"", dense(2, Distance::kEuclid)}}, 2);
	run(upsert({point(uint64_t(1), {}, "{\"t\": [\"a\", \"b\", \"a\"]}"), point(uint64_t(2), {}, "{\"t\": \"b\"}"),
				point(uint64_t(3), {}, "{\"t\": \"c\"}")}));
	EXPECT_EQ(error_of([&] {
				  dispatcher_.facet("items", {"t", 10, {}, false, {}}, kRead);
			  }).substr(0, 45),
			  "Wrong input: No appropriate index for facetin");
	dispatcher_.create_field_index("items", "t", field_of(PayloadFieldType::kKeyword), kWait);
	const auto hits = dispatcher_.facet("items", {"t", 2, {}, true, {}}, kRead);
	ASSERT_EQ(hits.size(), 2u);
	EXPECT_EQ(std::get<std::string>(hits[0].value), "b");
	EXPECT_EQ(hits[0].count, 2u);
	EXPECT_EQ(std::get<std::string>(hits[1].value), "a");
	EXPECT_EQ(dispatcher_.collection_info("items").payload_schema.at("t").points, 3u);
}

TEST_F(Storage, FiltersOfEveryKind)
{
	create_items();
	fill(40);
	run(upsert(
		{point(uint64_t(50), {},
			   "{\"title\": \"Fast Search\", \"list\": [{\"k\": 1, \"v\": 2}, {\"k\": 3}], "
			   "\"where\": {\"lon\": 13.4, \"lat\": 52.5}, \"nothing\": null, \"empty\": []}"),
		 point(uuid(1), {}, "{\"n\": 99, \"day\": \"2024-05-01\", \"u\": \"00000000-0000-0000-0000-0000000000AB\"}")}));
	const auto count = [&](model::Filter filter) {
		model::CountRequest request;
		request.filter = std::move(filter);
		return dispatcher_.count("items", request, kRead);
	};
	const auto field = [](const std::string &key, auto set) {
		model::FieldCondition condition;
		condition.key = key;
		set(condition);
		return must({condition});
	};
	EXPECT_EQ(count(must({in_range("n", 10, 20)})), 10u);
	EXPECT_EQ(count({{}, {equals("n", int64_t(3)), equals("n", int64_t(4))}, {equals("even", true)}, {}}), 1u);
	EXPECT_EQ(
		count({{}, {}, {}, model::MinShould{{equals("n", int64_t(4)), equals("even", true), in_range("n", 0, 5)}, 2}}),
		2u);
	EXPECT_EQ(count(must({model::HasIdCondition{{uint64_t(1), uint64_t(1000), uuid(1)}}})), 2u);
	EXPECT_EQ(count(must({model::HasVectorCondition{""}})), 40u);
	EXPECT_EQ(count(must({model::HasVectorCondition{"other"}})), 0u);
	EXPECT_EQ(count(must({model::IsEmptyCondition{"empty"}})), 42u);
	EXPECT_EQ(count(must({model::IsNullCondition{"nothing"}})), 1u);
	uint64_t sliced = 0;
	for (uint64_t slice = 0; slice < 3; slice++)
		sliced += count(must({model::SliceCondition{3, slice}}));
	EXPECT_EQ(sliced, 42u);
	const auto inner = std::make_shared<model::Filter>(must({equals("k", int64_t(1)), equals("v", int64_t(2))}));
	EXPECT_EQ(count(must({model::NestedCondition{"list", inner}})), 1u);
	EXPECT_EQ(count(field("title", [](auto &c) { c.match = model::MatchText{model::MatchText::kText, "fast"}; })), 0u);
	model::PayloadFieldSchema text = field_of(PayloadFieldType::kText);
	text.has_params = true;
	text.text.tokenizer = model::Tokenizer::kWord;
	text.text.stemmer = model::Stemmer{true, ""};
	dispatcher_.create_field_index("items", "title", text, kWait);
	EXPECT_EQ(count(field("title", [](auto &c) { c.match = model::MatchText{model::MatchText::kText, "fast"}; })), 1u);
	EXPECT_EQ(count(field("title",
						  [](auto &c) {
							  c.match = model::MatchText{model::MatchText::kPrefix, "Fast"};
						  })),
			  1u);
	EXPECT_EQ(count(field("where", [](auto &c) { c.geo_radius = model::GeoRadius{{13.5, 52.5}, 10000}; })), 1u);
	EXPECT_EQ(count(field("where",
						  [](auto &c) {
							  c.geo_bounding_box = model::GeoBoundingBox{{13, 53}, {14, 52}};
						  })),
			  1u);
	EXPECT_EQ(count(field("where",
						  [](auto &c) {
							  c.geo_polygon = model::GeoPolygon{{{13, 52}, {14, 52}, {14, 53}, {13, 53}, {13, 52}}, {}};
						  })),
			  1u);
	EXPECT_EQ(count(field("day",
						  [](auto &c) {
							  c.range = model::DatetimeRange{{}, "2024-05-01", {}, "2024-05-02"};
						  })),
			  1u);
	EXPECT_EQ(count(field("list", [](auto &c) { c.values_count = model::ValuesCount{1, {}, {}, {}}; })), 1u);
	EXPECT_EQ(count(field("n", [](auto &c) { c.match = model::MatchAny{{}, {1, 2, 99}}; })), 3u);
	EXPECT_EQ(count(field("n", [](auto &c) { c.match = model::MatchExcept{{}, {1, 2, 99}}; })), 38u);
	for (const auto type : {PayloadFieldType::kUuid, PayloadFieldType::kKeyword}) {
		dispatcher_.create_field_index("items", "u", field_of(type), kWait);
		EXPECT_EQ(count(must({equals("u", std::string("00000000-0000-0000-0000-0000000000AB"))})), 1u);
	}
}

TEST_F(Storage, SearchParametersAndThresholds)
{
	create_items();
	fill(20);
	model::QueryRequest request = nearest(vector({0, 0}), "", 5);
	request.offset = 2;
	EXPECT_EQ(numbers(search(request)), (std::vector<uint64_t>{3, 4, 5, 6, 7}));
	request.score_threshold = 5;
	EXPECT_EQ(numbers(search(request)), (std::vector<uint64_t>{3, 4})); /* strictly nearer */
	request = nearest(uint64_t(10), "", 2);
	EXPECT_EQ(search(request).size(), 2u);
	EXPECT_EQ(error_of([&] { search(nearest(uint64_t(999), "", 2)); }), "Not found: No point with id 999 found");
	request.query = model::SampleQuery{};
	EXPECT_EQ(search(request).size(), 2u);
	request.query = model::FusionQuery{};
	EXPECT_EQ(error_of([&] { search(request); }),
			  "Wrong input: Validation failed: cannot apply Fusion without prefetches");
	request.query.reset();
	EXPECT_EQ(numbers(search(request)), (std::vector<uint64_t>{1, 2}));
	const auto results = dispatcher_.query_batch(
		"items", {nearest(vector({3, 0}), "", 1), nearest(vector({9, 0}), "", 1), nearest(vector({5, 0}), "", 1)},
		kRead);
	EXPECT_EQ(results.at(1).at(0).id, PointId(uint64_t(9)));
}

TEST_F(Storage, AnIndexIsUsedBeyondTheThreshold)
{
	model::CreateCollection create;
	create.vectors[""] = dense(8, Distance::kCosine);
	create.hnsw.emplace().full_scan_threshold = 1;
	create.optimizers.emplace().indexing_threshold = 1;
	dispatcher_.create_collection("items", create);
	std::vector<model::Point> points;
	for (uint64_t i = 1; i <= 2000; i++) {
		model::DenseVector v(8);
		for (size_t k = 0; k < 8; k++)
			v[k] = std::sin(static_cast<float>(i * (k + 1)));
		points.push_back(point(i, {{"", v}}, "{\"n\": " + std::to_string(i % 10) + "}"));
	}
	run(upsert(points));
	EXPECT_EQ(dispatcher_.collection_info("items").indexed_vectors_count, 2000u);
	model::QueryRequest request = nearest(std::get<model::DenseVector>(points[41].vectors[0].second), "", 10);
	request.params.emplace().hnsw_ef = 200;
	const auto by_index = search(request);
	request.params->exact = true;
	const auto exact = search(request);
	ASSERT_EQ(by_index.size(), 10u);
	EXPECT_EQ(by_index[0].id, PointId(uint64_t(42)));
	EXPECT_NEAR(by_index[0].score, 1, 1e-5);
	size_t shared = 0;
	for (const uint64_t id : numbers(by_index)) {
		const auto all = numbers(exact);
		shared += static_cast<size_t>(std::count(all.begin(), all.end(), id));
	}
	EXPECT_GE(shared, 9u);
	request.params->exact = false;
	request.filter = must({equals("n", int64_t(7))});
	request.limit = 50;
	EXPECT_EQ(search(request).size(), 50u); /* as many as asked for, whatever the filter */

	/* A changed configuration rebuilds the index; searches go on. */
	model::UpdateCollection change;
	change.hnsw.emplace().m = 24;
	dispatcher_.update_collection("items", change);
	bool was_yellow = false;
	for (int i = 0; i < 600; i++) {
		was_yellow |= dispatcher_.collection_info("items").status == model::CollectionStatus::kYellow;
		EXPECT_EQ(search(request).size(), 50u);
		if (dispatcher_.collection_info("items").status == model::CollectionStatus::kGreen)
			break;
		std::this_thread::sleep_for(std::chrono::milliseconds(20));
	}
	EXPECT_TRUE(was_yellow);
	EXPECT_EQ(dispatcher_.collection_info("items").status, model::CollectionStatus::kGreen);
	EXPECT_EQ(dispatcher_.collection_info("items").config.hnsw.m, 24u);

	const model::Optimizations builds = dispatcher_.optimizations("items");
	EXPECT_TRUE(builds.running.empty() && builds.queued.empty());
	ASSERT_EQ(builds.completed.size(), 1u);
	EXPECT_EQ(builds.completed[0].error, std::nullopt);
	EXPECT_EQ(builds.completed[0].done, 2000u);
	EXPECT_GE(*builds.completed[0].finished, *builds.completed[0].started);
}

TEST_F(Storage, QuantizationsOfEveryKind)
{
	const model::QuantizationConfig kinds[] = {
		model::ScalarQuantization{0.95f, true, {}}, model::ProductQuantization{32, {}, {}},
		model::BinaryQuantization{model::BinaryQuantization::kTwoBits, model::BinaryQuantization::kScalar8Bits, {}, {}},
		model::TurboQuantization{model::TurboQuantization::kBits2, {}, {}}};
	for (const model::QuantizationConfig &kind : kinds) {
		model::CreateCollection create;
		create.hnsw.emplace().full_scan_threshold = 1;
		create.optimizers.emplace().indexing_threshold = 1;
		create.quantization = kind;
		for (const Distance distance : {Distance::kCosine, Distance::kDot, Distance::kEuclid, Distance::kManhattan})
			for (const auto datatype : {model::Datatype::kFloat32, model::Datatype::kFloat16, model::Datatype::kUint8})
				create.vectors[std::to_string(int(distance)) + std::to_string(int(datatype))] =
					dense(64, distance, datatype);
		create.vectors["large"] = dense(16000, Distance::kDot);
		dispatcher_.create_collection("items", create);
		std::vector<model::Point> points;
		for (uint64_t i = 1; i <= 40; i++) {
			model::NamedVectors vectors;
			for (const auto &[name, params] : create.vectors) {
				model::DenseVector v(params.size, 0);
				v[i % 64] = 200, v[(i + 1) % 64] = 100;
				if (name != "large")
					vectors.emplace_back(name, v);
			}
			points.push_back(point(i, vectors));
		}
		run(upsert(points));
		for (const auto &[name, value] : points[6].vectors) {
			model::QueryRequest request = nearest(value, name, 3);
			request.params.emplace().quantization = model::QuantizationSearchParams{false, true, 8.0};
			const auto found = search(request);
			ASSERT_EQ(found.size(), 3u) << name;
			EXPECT_EQ(found[0].id, PointId(uint64_t(7))) << name << ", quantization " << kind.index();
		}
		dispatcher_.delete_collection("items");
	}
}

TEST_F(Storage, VectorNamesComeAndGo)
{
	create_items();
	fill(3);
	dispatcher_.create_vector_name("items", "extra", dense(2, Distance::kDot), kWait);
	dispatcher_.create_vector_name("items", "extra", dense(2, Distance::kDot), kWait);
	EXPECT_NE(error_of([&] { dispatcher_.create_vector_name("items", "extra", dense(3, Distance::kDot), kWait); }), "");
	EXPECT_TRUE(search(nearest(vector({1, 0}), "extra", 5)).empty());
	run(model::UpdateVectors{{{uint64_t(2), {{"extra", model::DenseVector{1, 1}}}}}, {}, {}});
	EXPECT_EQ(numbers(search(nearest(vector({1, 0}), "extra", 5))), (std::vector<uint64_t>{2}));
	dispatcher_.delete_vector_name("items", "extra", kWait);
	EXPECT_EQ(error_of([&] {
				  search(nearest(vector({1, 0}), "extra", 5));
			  }),
			  "Wrong input: Not existing vector name error: extra");
	EXPECT_EQ(search(nearest(vector({1, 0}), "", 5)).size(), 3u);
}

TEST_F(Storage, StrictModeAndRateLimits)
{
	model::CreateCollection create;
	create.vectors[""] = dense(2, Distance::kEuclid);
	model::StrictModeConfig &limits = create.strict_mode.emplace();
	limits.enabled = true;
	limits.max_query_limit = 10;
	limits.unindexed_filtering_retrieve = false;
	limits.unindexed_filtering_update = false;
	limits.upsert_max_batchsize = 5;
	limits.max_points_count = 6;
	limits.search_allow_exact = false;
	limits.read_rate_limit = 6;
	dispatcher_.create_collection("items", create);
	fill(5);
	EXPECT_EQ(error_of([&] { fill(6); }), "Bad request: Limit exceeded 6 > 5 for \"upsert limit\". Help: Reduce the "
										  "\"upsert limit\" parameter to or below 5.");
	EXPECT_EQ(error_of([&] {
				  search(nearest(vector({0, 0}), "", 11));
			  }).substr(0, 48),
			  "Bad request: Limit exceeded 11 > 10 for \"limit\".");
	model::QueryRequest filtered = nearest(vector({0, 0}), "", 3);
	filtered.filter = must({in_range("n", 0, 3)});
	EXPECT_EQ(error_of([&] { search(filtered); }).substr(0, 94),
			  "Bad request: Index required but not found for \"n\" of one of the following types: [integer, flo");
	dispatcher_.create_field_index("items", "n", field_of(PayloadFieldType::kInteger), kWait);
	EXPECT_EQ(search(filtered).size(), 2u);
	EXPECT_NE(error_of([&] { run(model::DeletePoints{where(must({equals("even", true)})), {}}); }), "");
	filtered.params.emplace().exact = true;
	EXPECT_NE(error_of([&] { search(filtered); }), "");
	run(upsert({point(uint64_t(6), {})}));
	EXPECT_NE(error_of([&] { run(upsert({point(uint64_t(7), {})})); }).find("Max points count"), std::string::npos);
	filtered.params.reset();
	EXPECT_EQ(search(filtered).size(), 2u);
	EXPECT_EQ(search(filtered).size(), 2u);
	EXPECT_NE(error_of([&] { search(filtered); }).find("Read rate limit exceeded: Operation requires 2 tokens"),
			  std::string::npos);
}

TEST_F(Storage, QuotasRefuseWhatAddsData)
{
	create_items();
	fill(2);
	dispatcher_ = dispatch::Dispatcher(nullptr);
	uint8_t used = 50;
	collection::NodeSettings settings;
	settings.measure = [&used] { return model::QuotaUsage{used, 0}; };
	dispatcher_ = open_dispatcher(settings);
	model::QuotaConfig quota;
	quota.enabled = true;
	quota.max_resident_memory_percent = 40;
	dispatcher_.set_quota_config(quota);

	const std::string refusal = "Insufficient storage: Resident memory usage of 50% exceeds the quota of 40%. "
								"Delete points or raise the quota.";
	EXPECT_EQ(error_of([&] { fill(1); }), refusal);
	EXPECT_EQ(error_of([&] { create("more", {}); }), refusal);
	EXPECT_EQ(error_of([&] { run(model::SetPayload{"{}", ids({1ull}), {}, {}}); }), refusal);
	EXPECT_EQ(
		error_of([&] { dispatcher_.create_field_index("items", "n", field_of(PayloadFieldType::kInteger), kWait); }),
		refusal);
	EXPECT_EQ(error_of([&] { dispatcher_.create_vector_name("items", "v", dense(2, Distance::kDot), kWait); }),
			  refusal);
	run(model::DeletePoints{ids({1ull}), {}});
	EXPECT_EQ(dispatcher_.count("items", {}, kRead), 1u);

	dispatcher_ = dispatch::Dispatcher(nullptr);
	dispatcher_ = open_dispatcher(settings);
	EXPECT_EQ(dispatcher_.quota_config(), quota) << "survives a restart";
	dispatcher_.set_quota_config({});
	fill(1);

	model::UpdateCollection strict;
	strict.strict_mode.emplace();
	strict.strict_mode->enabled = true;
	strict.strict_mode->max_resident_memory_percent = 40;
	dispatcher_.update_collection("items", strict);
	EXPECT_EQ(error_of([&] { fill(1); }), "Bad request: Max resident memory limit of 40% reached!. "
										  "Help: Please delete points to continue.");
	dispatcher_ = dispatch::Dispatcher(nullptr);
	dispatcher_ = open_dispatcher();
}

TEST_F(Storage, SlowFiltersOnUnindexedFieldsAreIssues)
{
	dispatcher_ = dispatch::Dispatcher(nullptr);
	collection::NodeSettings settings;
	settings.slow_read = {};
	dispatcher_ = open_dispatcher(settings);
	create_items();
	fill(3);
	model::CountRequest count;
	count.filter = must({equals("n", int64_t(1))});
	dispatcher_.count("items", count, kRead);
	model::QueryRequest query = nearest(vector({1, 1}), "", 3);
	query.filter = must({equals("even", true)});
	search(query);
	ASSERT_EQ(dispatcher_.issues().size(), 2u);
	EXPECT_EQ(dispatcher_.issues()[0].field, "even");
	EXPECT_EQ(dispatcher_.issues()[1].types, std::vector{PayloadFieldType::kInteger});
	dispatcher_.create_field_index("items", "n", field_of(PayloadFieldType::kInteger), kWait);
	EXPECT_EQ(dispatcher_.issues().size(), 1u);
	dispatcher_.count("items", count, kRead);
	EXPECT_EQ(dispatcher_.issues().size(), 1u);
	dispatcher_.delete_collection("items");
	EXPECT_EQ(dispatcher_.issues().size(), 0u);
}

TEST_F(Storage, CallsFromManyThreads)
{
	create("items", {{"", dense(2, Distance::kEuclid)}}, 2);
	std::vector<std::jthread> threads;
	std::atomic<int> failures = 0;
	for (uint64_t t = 0; t < 6; t++)
		threads.emplace_back([&, t] {
			for (uint64_t i = 0; i < 20; i++) {
				const std::string error = error_of([&] {
					run(upsert({point(t * 100 + i, {{"", model::DenseVector{static_cast<float>(i), 1}}}, "{}"),
								point(uint64_t(5000), {}, "{}")}));
					search(nearest(vector({1, 1}), "", 3));
				});
				failures += !error.empty();
			}
		});
	threads.clear();
	EXPECT_EQ(failures, 0);
	EXPECT_EQ(dispatcher_.count("items", {}, kRead), 121u);
}

TEST_F(Storage, ALateAnswerIsATimeout)
{
	const auto pool = open_pool(1);
	const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
	postgres::Parameters none(pool->types());
	EXPECT_EQ(error_of([&] { pool->execute(soon, "SELECT pg_sleep(20)", none); }).substr(0, 9), "Timeout: ");
	EXPECT_EQ(pool->execute(postgres::kNoDeadline, "SELECT 1", none).rows(), 1); /* the connection lives on */
}

TEST_F(Storage, ALostConnectionIsReplaced)
{
	create_items();
	fill(3);
	const auto pool = open_pool(1);
	postgres::Parameters none(pool->types());
	pool->execute(
		postgres::kNoDeadline,
		"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'vecextd' AND pid <> "
		"pg_backend_pid()",
		none);
	EXPECT_EQ(search(nearest(vector({1, 0}), "", 5)).size(), 3u);
	fill(4);
	EXPECT_EQ(dispatcher_.count("items", {}, kRead), 4u);
	postgres::PoolSettings nowhere;
	nowhere.conninfo = "host=/nonexistent";
	nowhere.patience = std::chrono::milliseconds(200);
	EXPECT_EQ(error_of([&] { postgres::Pool(nowhere).types(); }).substr(0, 30), "Shard temporarily unavailable:");
}

TEST_F(Storage, ViewsShowCollectionsInPsql)
{
	create("my \"best\" collection", {{"", dense(2, Distance::kEuclid)}, {"id", dense(3, Distance::kDot)}});
	dispatcher_.update("my \"best\" collection",
					   upsert({point(uint64_t(7), {{"", model::DenseVector{1, 2}}}, "{\"a\": 1}")}), kWait);
	const auto pool = open_pool(1);
	postgres::Parameters none(pool->types());
	const auto rows =
		pool->execute(postgres::kNoDeadline,
					  "SELECT id::text, payload::text, vector::text, \"vector id\"::text FROM qdrant.\"my "
					  "\"\"best\"\" collection\"",
					  none);
	ASSERT_EQ(rows.rows(), 1);
	EXPECT_EQ(rows.text(0, 0) + rows.text(0, 1) + rows.text(0, 2), "7{\"a\": 1}[1,2]");
	EXPECT_EQ(pool->execute(postgres::kNoDeadline, "SELECT FROM qdrant_storage.collection_indexes", none).rows(), 3);
	EXPECT_EQ(pool->execute(postgres::kNoDeadline, "SELECT FROM qdrant_storage.collection_sizes WHERE points = 1", none)
				  .rows(),
			  1);
}

} /* namespace */
} /* namespace vecext */
