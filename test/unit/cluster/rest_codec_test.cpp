/*
 * rest_codec_test.cpp: request bodies as Qdrant's clients write them, their
 * errors, and the responses that clients read.
 */
#include <gtest/gtest.h>

#include "api/rest/decode.h"
#include "api/rest/encode.h"
#include "api/rest/url.h"
#include "model/error.h"

namespace vecext::api::rest {
namespace {

template <class Decode> auto decode_text(const std::string &json, Decode decode)
{
	Body body(json);
	auto request = decode(body.root());
	body.finish();
	return request;
}

/* The error of a body; "" when it is accepted. */
template <class Decode> std::pair<model::ErrorKind, std::string> error_of(const std::string &json, Decode decode)
{
	try {
		decode_text(json, decode);
	} catch (const model::Error &error) {
		return {error.kind(), error.what()};
	}
	return {model::ErrorKind::kInternal, ""};
}

template <class Decode>
void expect_error(const std::string &json, Decode decode, model::ErrorKind kind, const char *part)
{
	const auto [found, text] = error_of(json, decode);
	EXPECT_EQ(found, kind) << json << ": " << text;
	EXPECT_NE(text.find(part), std::string::npos) << json << ": " << text;
}

TEST(RestCodec, CreatesCollectionsWithOneOrNamedVectors)
{
	const auto one = decode_text(R"({"vectors": {"size": 4, "distance": "Dot"}})", decode_create_collection);
	ASSERT_EQ(one.vectors.size(), 1u);
	EXPECT_EQ(one.vectors.at("").size, 4u);
	EXPECT_EQ(one.vectors.at("").distance, model::Distance::kDot);

	const auto named = decode_text(
		R"({"vectors": {"a": {"size": 4, "distance": "Cosine", "datatype": "uint8"},
		                "size": {"size": 2, "distance": "Euclid", "quantization": {"turbo": {"bits": "bits2"}}}},
		    "sparse_vectors": {"s": {"modifier": "idf"}}, "optimizer_config": {"max_optimization_threads": "auto"},
		    "metadata": {"note": [1, 2.0, null]}})",
		decode_create_collection);
	ASSERT_EQ(named.vectors.size(), 2u);
	EXPECT_EQ(named.vectors.at("a").datatype, model::Datatype::kUint8);
	EXPECT_TRUE(std::holds_alternative<model::TurboQuantization>(*named.vectors.at("size").quantization));
	EXPECT_EQ(named.sparse_vectors.at("s").modifier, model::Modifier::kIdf);
	EXPECT_FALSE(named.optimizers->max_optimization_threads->threads.has_value());
	EXPECT_EQ(named.metadata->at("note"), "[1,2.0,null]");

	EXPECT_TRUE(decode_text("{}", decode_create_collection).vectors.empty());
}

TEST(RestCodec, NamesEveryBoundThatIsViolated)
{
	expect_error(R"({"vectors": {"size": 0, "distance": "Dot"}, "hnsw_config": {"ef_construct": 3}})",
				 decode_create_collection, model::ErrorKind::kValidation,
				 "Validation error in JSON body: [vectors.size: value 0 invalid, must be from 1 to 65536; "
				 "hnsw_config.ef_construct: value 3 invalid, must be 4 or larger]");
	expect_error(R"({"query": [1], "limit": 0})", decode_query_request, model::ErrorKind::kValidation,
				 "[internal.limit: value 0 invalid, must be 1 or larger]");
	expect_error(R"({"filter": {"must": [{"key": "a"}]}})", decode_scroll, model::ErrorKind::kValidation,
				 "internal.filter.must[0]");
	expect_error(R"({"query": [1], "params": {"quantization": {"oversampling": 0.5}}})", decode_query_request,
				 model::ErrorKind::kValidation, "oversampling: value 0.5 invalid, must be 1.0 or larger");
}

TEST(RestCodec, RefusesWhatHasAnotherShape)
{
	using Kind = model::ErrorKind;
	expect_error("", decode_count, Kind::kMalformed, "Format error in JSON body: ");
	expect_error("{", decode_count, Kind::kMalformed, "Format error in JSON body: ");
	expect_error("[]", decode_count, Kind::kMalformed, "invalid type: sequence, expected a map");
	expect_error(R"({"vectors": {"size": -1, "distance": "Dot"}})", decode_create_collection, Kind::kMalformed,
				 "vectors.size: invalid value: integer `-1`");
	expect_error(R"({"vectors": {"size": 4, "distance": "dot"}})", decode_create_collection, Kind::kMalformed,
				 "unknown variant `dot`");
	expect_error(R"({"points": [{"id": "5", "vector": [1]}]})", decode_upsert, Kind::kMalformed,
				 "is not a valid point ID");
	expect_error(R"({"points": [{"id": 1, "vector": [1e300]}]})", decode_upsert, Kind::kMalformed, "32-bit float");
	expect_error(R"({"filter": {"musst": []}})", decode_count, Kind::kMalformed, "unknown field `musst`");
	expect_error(R"({"filter": {"must": {"key": "a..b", "match": {"value": 1}}}})", decode_count, Kind::kMalformed,
				 "is not a path");
	expect_error(R"({"filter": {"must": {"key": "a", "match": {"any": ["x", 1]}}}})", decode_count, Kind::kMalformed,
				 "AnyVariants");
	expect_error(R"({"points": []})", decode_upsert, Kind::kWrongInput, "Wrong input: Empty update request");
	expect_error(R"({"points": [{"id": 1, "vector": [1], "payload": {"a": "\u0000"}}]})", decode_upsert,
				 Kind::kMalformed, "U+0000");
}

TEST(RestCodec, RefusesDeepNesting)
{
	std::string filter = R"({"key": "a", "match": {"value": 1}})";
	for (int i = 0; i < 80; i++)
		filter = R"({"must": [)" + filter + "]}";
	expect_error(R"({"filter": )" + filter + "}", decode_count, model::ErrorKind::kMalformed, "more than 64 filters");
	expect_error(std::string(100000, '['), decode_count, model::ErrorKind::kMalformed, "Format error");
}

TEST(RestCodec, UpsertsListsAndColumns)
{
	const auto list = decode_text(
		R"({"points": [{"id": 7, "vector": [1, 2], "payload": {"n": 1e2, "k": "ä"}},
		               {"id": "550E8400-e29b-41d4-a716-446655440000", "vectors": {"a": [1], "m": [[1, 2], [3, 4]],
		                "s": {"indices": [5, 1], "values": [0.5, 1]}}}], "update_mode": "insert_only"})",
		decode_upsert);
	ASSERT_EQ(list.points.size(), 2u);
	EXPECT_EQ(list.mode, model::UpdateMode::kInsertOnly);
	EXPECT_EQ(*list.points[0].payload, R"({"n":100.0,"k":"ä"})");
	EXPECT_EQ(model::to_string(list.points[1].id), "550e8400-e29b-41d4-a716-446655440000");
	const auto &sparse = std::get<model::SparseVector>(list.points[1].vectors[2].second);
	EXPECT_EQ(sparse.indices, (std::vector<uint32_t>{1, 5}));
	EXPECT_EQ(sparse.values, (std::vector<float>{1, 0.5}));
	EXPECT_EQ(std::get<model::MultiVector>(list.points[1].vectors[1].second).dimension, 2u);

	const auto columns = decode_text(
		R"({"batch": {"ids": [1, 2], "vectors": {"a": [[1], [2]]}, "payloads": [null, {"x": true}]}})", decode_upsert);
	ASSERT_EQ(columns.points.size(), 2u);
	EXPECT_FALSE(columns.points[0].payload);
	EXPECT_EQ(*columns.points[1].payload, R"({"x":true})");
	expect_error(R"({"batch": {"ids": [1, 2], "vectors": [[1]]}})", decode_upsert, model::ErrorKind::kValidation,
				 "2 != 1");
	expect_error(R"({"points": [{"id": 1, "vector": {"s": {"indices": [1, 1], "values": [1, 2]}}}]})", decode_upsert,
				 model::ErrorKind::kValidation, "must be unique");
}

TEST(RestCodec, ReadsEveryKindOfCondition)
{
	const auto request = decode_text(
		R"({"filter": {"must": [{"key": "a", "range": {"gte": 1, "lt": 2.5}}, {"key": "d", "range": {"gt": "2024-01-01"}},
		                        {"has_id": [1, 2]}, {"has_vector": ""}, {"slice": {"total": 4, "index": 3}}],
		               "should": {"nested": {"key": "arr[]", "filter": {"must_not": [{"is_null": {"key": "x"}}]}}},
		               "min_should": {"conditions": [{"is_empty": {"key": "e"}}, {"key": "v", "values_count": {"gt": 1}}],
		                              "min_count": 1}}, "exact": false})",
		decode_count);
	const model::Filter &filter = *request.filter;
	ASSERT_EQ(filter.must.size(), 5u);
	EXPECT_TRUE(std::holds_alternative<model::NumberRange>(*std::get<model::FieldCondition>(filter.must[0]).range));
	EXPECT_TRUE(std::holds_alternative<model::DatetimeRange>(*std::get<model::FieldCondition>(filter.must[1]).range));
	EXPECT_EQ(std::get<model::HasIdCondition>(filter.must[2]).ids.size(), 2u);
	EXPECT_EQ(std::get<model::NestedCondition>(filter.should[0]).key, "arr");
	EXPECT_EQ(filter.min_should->conditions.size(), 2u);
	EXPECT_FALSE(request.exact);
}

TEST(RestCodec, ReadsShorthandsOfQueries)
{
	const auto query = [](const std::string &text) {
		return decode_text(R"({"query": )" + text + "}", decode_query_request).query;
	};
	const auto nearest = [&](const std::string &text) { return std::get<model::NearestQuery>(*query(text)).vector; };
	EXPECT_EQ(std::get<model::PointId>(nearest("5")), model::PointId(uint64_t(5)));
	EXPECT_TRUE(std::holds_alternative<model::Vector>(nearest("[1, 2]")));
	EXPECT_TRUE(std::holds_alternative<model::SparseVector>(
		std::get<model::Vector>(nearest(R"({"indices": [1], "values": [2]})"))));
	EXPECT_TRUE(std::holds_alternative<model::RecommendQuery>(*query(R"({"recommend": {"positive": [1]}})")));
	EXPECT_TRUE(std::holds_alternative<model::FusionQuery>(*query(R"({"rrf": {"k": 60}})")));
	EXPECT_TRUE(std::holds_alternative<model::SampleQuery>(*query(R"({"sample": "random"})")));
	EXPECT_TRUE(std::holds_alternative<model::OrderByQuery>(*query(R"({"order_by": "a.b"})")));
	EXPECT_FALSE(decode_text("{}", decode_query_request).query);
	const auto search =
		decode_text(R"({"vector": {"name": "a", "vector": [1]}, "top": 3, "with_vectors": true})", decode_search);
	EXPECT_EQ(search.using_vector, "a");
	EXPECT_EQ(search.limit, 3u);
	EXPECT_EQ(search.with_vectors.kind, model::VectorSelection::kAll);
	expect_error(R"({"vector": [1]})", decode_search, model::ErrorKind::kMalformed, "missing field `limit`");
}

TEST(RestCodec, WritesPointsAsClientsReadThem)
{
	JsonWriter out;
	model::ScoredPoint point;
	point.id = uint64_t(18446744073709551615u);
	point.version = 3;
	point.score = 1;
	point.payload = R"({"a":1.0})";
	point.vectors = model::NamedVectors{{"", model::DenseVector{0.1f, 2}}};
	write_scored_points(out, {point});
	EXPECT_EQ(out.take(),
			  R"([{"id":18446744073709551615,"version":3,"score":1.0,"payload":{"a":1.0},"vector":[0.1,2.0]}])");
}

TEST(RestCodec, WritesStringsThatReadBack)
{
	std::string text;
	append_quoted(text, "a\"\\\n\x01ä");
	EXPECT_EQ(text, "\"a\\\"\\\\\\n\\u0001ä\"");
	std::string number;
	append_payload_float(number, 1e300);
	EXPECT_EQ(number.size(), 303u);
	EXPECT_EQ(strtod(number.c_str(), nullptr), 1e300);
	number.clear();
	append_payload_float(number, 5e-324);
	EXPECT_EQ(strtod(number.c_str(), nullptr), 5e-324);
}

TEST(RestCodec, EchoesConfigurations)
{
	JsonWriter out;
	model::CollectionConfig config;
	config.vectors[""] = {};
	config.vectors[""].size = 4;
	config.quantization = model::ProductQuantization{16, true, {}};
	write_collection_config(out, config);
	const std::string text = out.take();
	EXPECT_NE(text.find(R"("vectors":{"size":4,"distance":"Cosine"})"), std::string::npos) << text;
	EXPECT_NE(text.find(R"("quantization_config":{"product":{"compression":"x16","always_ram":true}})"),
			  std::string::npos)
		<< text;
	EXPECT_NE(text.find(R"("max_optimization_threads":null)"), std::string::npos) << text;
}

TEST(RestCodec, TellsOfIndexBuilds)
{
	using std::chrono::milliseconds;
	const model::Optimization::Time start{std::chrono::seconds(1'700'000'000)};
	model::Optimization waits, runs, done, failed;
	waits.number = 4;
	waits.vector = "b";
	runs.number = 3;
	runs.started = done.started = failed.started = start;
	runs.done = 5;
	runs.total = done.done = done.total = 20;
	done.number = 2;
	done.finished = failed.finished = start + milliseconds(1500);
	failed.number = 1;
	failed.error = "no space";
	const model::Optimizations all{{runs}, {waits}, {done, failed}, {{0, 12}, {1, 8}}};
	const auto written = [&](const std::vector<std::string> &lists, uint64_t limit) {
		JsonWriter out;
		write_optimizations(out, all, lists, limit);
		return out.take();
	};
	const std::string segments = R"([{"uuid":"00000000-0000-4000-8001-000000000000","points_count":12},)"
								 R"({"uuid":"00000000-0000-4000-8001-000000000001","points_count":8}])";
	const std::string began = R"({"name":"","started_at":"2023-11-14T22:13:20.000000Z")";
	const std::string running =
		R"({"summary":{"queued_optimizations":1,"queued_segments":2,"queued_points":20,"idle_segments":0},"running":[)"
		R"({"uuid":"00000000-0000-4000-8002-000000000003","optimizer":"indexing","status":"optimizing","segments":)" +
		segments + R"(,"progress":)" + began + R"(,"done":5,"total":20}}])";
	EXPECT_EQ(written({}, 16), running + "}");
	EXPECT_EQ(written({"completed", "idle_segments", "queued"}, 1),
			  running +
				  R"(,"completed":[{"uuid":"00000000-0000-4000-8002-000000000002","optimizer":"indexing",)"
				  R"("status":"done","segments":)" +
				  segments + R"(,"progress":)" + began +
				  R"(,"finished_at":"2023-11-14T22:13:21.500000Z","duration_sec":1.5,"done":20,"total":20}}])"
				  R"(,"idle_segments":[],"queued":[{"optimizer":"indexing","segments":)" +
				  segments + "}]}");
	EXPECT_NE(written({"completed"}, 2).find(R"("status":{"error":"no space"})"), std::string::npos);
}

TEST(Url, DecodesPercentAndQueries)
{
	EXPECT_EQ(decode_percent("a%20b%2fc%zz%4"), "a b/c%zz%4");
	const auto parameters = parse_query_string("wait=true&x=a+b%26&y");
	ASSERT_EQ(parameters.size(), 3u);
	EXPECT_EQ(parameters[1].second, "a b&");
	EXPECT_EQ(parameters[2].second, "");
}

TEST(PointId, KeepsItsOrderAndSpelling)
{
	EXPECT_EQ(model::parse_point_id("5"), model::PointId(uint64_t(5)));
	for (const char *spelling : {"urn:uuid:550e8400-e29b-41d4-a716-446655440000", "550E8400E29B41D4A716446655440000",
								 "{550e8400-e29b-41d4-a716-446655440000}"})
		EXPECT_EQ(model::parse_point_id(spelling), model::parse_point_id("550e8400-e29b-41d4-a716-446655440000"));
	EXPECT_FALSE(model::parse_point_id("18446744073709551616"));
	EXPECT_FALSE(model::parse_point_id("-1"));
	EXPECT_FALSE(model::parse_point_id("550e8400-e29b-41d4-a716-44665544000g"));
	EXPECT_LT(model::PointId(UINT64_MAX), *model::parse_point_id("00000000-0000-0000-0000-000000000000"));
}

} /* namespace */
} /* namespace vecext::api::rest */
