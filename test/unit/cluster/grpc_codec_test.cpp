/*
 * grpc_codec_test.cpp: messages of the gRPC API, written as text, to model types and
 * back.
 */
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "api/grpc/decode.h"
#include "api/grpc/encode.h"
#include "model/error.h"

namespace vecext::api::grpc {
namespace {

template <class Message> Message message(const std::string &text)
{
	Message parsed;
	EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &parsed)) << text;
	return parsed;
}

std::string text(const google::protobuf::Message &message)
{
	std::string printed;
	google::protobuf::TextFormat::Printer printer;
	printer.SetSingleLineMode(true);
	printer.PrintToString(message, &printed);
	if (!printed.empty() && printed.back() == ' ')
		printed.pop_back();
	return printed;
}

/* What the error of decoding says. */
template <class Message, class Decode>
std::string error(const std::string &text, Decode decode, model::ErrorKind kind = model::ErrorKind::kMalformed)
{
	try {
		decoded(message<Message>(text), decode);
	} catch (const model::Error &error) {
		EXPECT_EQ(error.kind(), kind) << text;
		return error.what();
	}
	return "no error";
}

template <class Message, class Decode> std::string violation(const std::string &text, Decode decode)
{
	return error<Message>(text, decode, model::ErrorKind::kValidation);
}

/* ---- ids, vectors, payloads ---- */

TEST(GrpcCodec, PointIds)
{
	EXPECT_EQ(std::get<uint64_t>(decoded(message<pb::PointId>("num: 18446744073709551615"), decode_point_id)),
			  UINT64_MAX);
	const auto uuid = decoded(message<pb::PointId>("uuid: '550E8400-e29b-41d4-a716-446655440000'"), decode_point_id);
	pb::PointId out;
	encode(uuid, &out);
	EXPECT_EQ(text(out), "uuid: \"550e8400-e29b-41d4-a716-446655440000\"");
	EXPECT_EQ(error<pb::PointId>("uuid: '5'", decode_point_id), "Format error in body: Unable to parse UUID: 5");
	EXPECT_EQ(error<pb::PointId>("", decode_point_id), "Format error in body: missing point id");
}

TEST(GrpcCodec, Vectors)
{
	const auto dense = decoded(message<pb::Vector>("dense { data: [1, 2.5] }"), decode_vector);
	EXPECT_EQ(std::get<model::DenseVector>(dense), (model::DenseVector{1, 2.5}));
	const auto sparse = std::get<model::SparseVector>(
		decoded(message<pb::Vector>("sparse { indices: [7, 3] values: [1, 2] }"), decode_vector));
	EXPECT_EQ(sparse.indices, (std::vector<uint32_t>{3, 7}));
	EXPECT_EQ(sparse.values, (std::vector<float>{2, 1}));
	const auto multi = std::get<model::MultiVector>(decoded(
		message<pb::Vector>("multi_dense { vectors { data: [1, 2] } vectors { data: [3, 4] } }"), decode_vector));
	EXPECT_EQ(multi.dimension, 2u);
	EXPECT_EQ(multi.values, (std::vector<float>{1, 2, 3, 4}));
}

TEST(GrpcCodec, OlderFlatVectors)
{
	EXPECT_EQ(std::get<model::DenseVector>(decoded(message<pb::Vector>("data: [1, 2]"), decode_vector)),
			  (model::DenseVector{1, 2}));
	const auto sparse = std::get<model::SparseVector>(
		decoded(message<pb::Vector>("data: [1, 2] indices { data: [9, 4] }"), decode_vector));
	EXPECT_EQ(sparse.indices, (std::vector<uint32_t>{4, 9}));
	const auto multi = std::get<model::MultiVector>(
		decoded(message<pb::Vector>("data: [1, 2, 3, 4] vectors_count: 2"), decode_vector));
	EXPECT_EQ(multi.dimension, 2u);
	EXPECT_EQ(error<pb::Vector>("data: [1, 2, 3] vectors_count: 2", decode_vector),
			  "Format error in body: vectors_count does not divide the length of data");
}

TEST(GrpcCodec, RefusesWrongVectors)
{
	EXPECT_EQ(violation<pb::Vector>("dense {}", decode_vector),
			  "Validation error in body: [dense: vector must not be empty]");
	EXPECT_EQ(violation<pb::Vector>("sparse { indices: [1, 1] values: [1, 2] }", decode_vector),
			  "Validation error in body: [sparse.indices: must be unique]");
	EXPECT_EQ(violation<pb::Vector>("sparse { indices: [1] values: [1, 2] }", decode_vector),
			  "Validation error in body: [sparse.values: must be the same length as indices]");
	EXPECT_EQ(violation<pb::Vector>("multi_dense { vectors { data: 1 } vectors { data: [1, 2] } }", decode_vector),
			  "Validation error in body: [multi_dense[1]: all vectors of a multivector must have the same size]");
}

TEST(GrpcCodec, VectorsAreReturnedInTheirCases)
{
	pb::VectorsOutput one, named;
	encode({{"", model::DenseVector{1, 2}}}, &one);
	EXPECT_EQ(text(one), "vector { dense { data: 1 data: 2 } }");
	encode({{"s", model::SparseVector{{1, 5}, {2, 3}}}}, &named);
	EXPECT_EQ(text(named),
			  "vectors { vectors { key: \"s\" value { sparse { values: 2 values: 3 indices: 1 indices: 5 } } } }");
	pb::VectorsOutput multi;
	encode({{"", model::MultiVector{2, {1, 2, 3, 4}}}}, &multi);
	EXPECT_EQ(text(multi), "vector { multi_dense { vectors { data: 1 data: 2 } vectors { data: 3 data: 4 } } }");
	pb::VectorsOutput none;
	encode(model::NamedVectors(), &none);
	EXPECT_TRUE(none.has_vectors());
}

std::string json(const std::string &value)
{
	return decoded(message<pb::Value>(value), decode_json);
}

TEST(GrpcCodec, NumbersOfPayloadsKeepTheirKind)
{
	EXPECT_EQ(json("double_value: 100"), "100.0");
	EXPECT_EQ(json("double_value: 1e30"), "1000000000000000019884624838656.0");
	EXPECT_EQ(json("integer_value: -9223372036854775808"), "-9223372036854775808");
	EXPECT_EQ(json("bool_value: true"), "true");
	EXPECT_EQ(json("null_value: NULL_VALUE"), "null");
	EXPECT_EQ(json(""), "null");
	EXPECT_EQ(json("string_value: 'a\"\\n'"), R"("a\"\n")");
	EXPECT_EQ(json("list_value { values { integer_value: 1 } values { double_value: 1 } }"), "[1,1.0]");
	EXPECT_EQ(json("struct_value { fields { key: 'a' value { list_value {} } } }"), R"({"a":[]})");
}

TEST(GrpcCodec, RefusesWhatAPayloadCannotHold)
{
	EXPECT_EQ(error<pb::Value>("double_value: inf", decode_json),
			  "Format error in body: cannot convert a number that is not finite to JSON");
	EXPECT_EQ(error<pb::Value>("struct_value { fields { key: 'a' value { string_value: '\\000' } } }", decode_json),
			  "Format error in body: a: the character U+0000 cannot be stored in a payload");
}

TEST(GrpcCodec, PayloadsComeBack)
{
	const std::string payloads[] = {R"({})", R"({"a":1})", R"({"a":1.0})", R"({"a":[null,true,"x",{"b":-5.25}]})",
									R"({"a":"é\"\\"})"};
	for (const std::string &payload : payloads) {
		pb::Value value;
		encode_json(payload, &value);
		EXPECT_EQ(decoded(value, decode_json), payload);
	}
	pb::Value large;
	encode_json("18446744073709551615", &large);
	EXPECT_EQ(text(large), "double_value: 1.8446744073709552e+19");
	EXPECT_THROW(encode_json("{", &large), model::Error);
}

/* ---- filters ---- */

const model::FieldCondition &first_field(const model::Filter &filter)
{
	return std::get<model::FieldCondition>(filter.must.at(0));
}

model::Filter filter(const std::string &text)
{
	return decoded(message<pb::Filter>(text), decode_filter);
}

TEST(GrpcCodec, Matches)
{
	const auto match = [](const std::string &text) {
		return *first_field(filter("must { field { key: 'a' match { " + text + " } } }")).match;
	};
	EXPECT_EQ(std::get<std::string>(std::get<model::MatchValue>(match("keyword: 'x'")).value), "x");
	EXPECT_EQ(std::get<int64_t>(std::get<model::MatchValue>(match("integer: -3")).value), -3);
	EXPECT_EQ(std::get<bool>(std::get<model::MatchValue>(match("boolean: true")).value), true);
	EXPECT_EQ(std::get<model::MatchText>(match("text: 't'")).kind, model::MatchText::kText);
	EXPECT_EQ(std::get<model::MatchText>(match("text_any: 't'")).kind, model::MatchText::kTextAny);
	EXPECT_EQ(std::get<model::MatchText>(match("phrase: 't'")).kind, model::MatchText::kPhrase);
	EXPECT_EQ(std::get<model::MatchText>(match("prefix: 't'")).kind, model::MatchText::kPrefix);
	EXPECT_EQ(std::get<model::MatchAny>(match("keywords { strings: ['a', 'b'] }")).strings.size(), 2u);
	EXPECT_EQ(std::get<model::MatchAny>(match("integers { integers: [1, 2] }")).integers.size(), 2u);
	EXPECT_EQ(std::get<model::MatchExcept>(match("except_keywords { strings: 'a' }")).strings.size(), 1u);
	EXPECT_EQ(std::get<model::MatchExcept>(match("except_integers { integers: 4 }")).integers.size(), 1u);
}

TEST(GrpcCodec, Ranges)
{
	const auto numbers = filter("must { field { key: 'a' range { gte: 1 lt: 2.5 } } }");
	const auto &range = std::get<model::NumberRange>(*first_field(numbers).range);
	EXPECT_EQ(range.gte, 1);
	EXPECT_EQ(range.lt, 2.5);
	EXPECT_FALSE(range.gt || range.lte);
	const auto dates = filter("must { field { key: 'a' datetime_range { gt { seconds: 86399 nanos: 5000 } } } }");
	EXPECT_EQ(std::get<model::DatetimeRange>(*first_field(dates).range).gt, "1970-01-01T23:59:59.000005Z");
	EXPECT_EQ(violation<pb::Filter>("must { field { key: 'a' datetime_range { gt { nanos: -1 } } } }", decode_filter),
			  "Validation error in body: [must[0].field.datetime_range: timestamp is out of range]");
	const auto count = filter("must { field { key: 'a' values_count { lte: 3 } } }");
	EXPECT_EQ(first_field(count).values_count->lte, 3u);
}

TEST(GrpcCodec, Shapes)
{
	const auto radius = filter("must { field { key: 'a' geo_radius { center { lon: 1 lat: 2 } radius: 3 } } }");
	EXPECT_EQ(first_field(radius).geo_radius->radius, 3);
	EXPECT_EQ(violation<pb::Filter>("must { field { key: 'a' geo_radius { center { lon: 181 } radius: 3 } } }",
									decode_filter),
			  "Validation error in body: [must[0].field.geo_radius.center.lon: value 181.0 invalid, must be from "
			  "-180.0 to 180.0]");
	EXPECT_EQ(
		violation<pb::Filter>("must { field { key: 'a' geo_polygon { exterior { points {} } } } }", decode_filter),
		"Validation error in body: [must[0].field.geo_polygon.exterior: polygon invalid, the size must be at "
		"least 4, got 1]");
}

TEST(GrpcCodec, OtherConditions)
{
	const auto all = filter(R"(
		should { is_empty { key: 'a' } }
		should { is_null { key: 'a' } }
		should { has_id { has_id { num: 1 } } }
		should { has_vector { has_vector: 'v' } }
		should { slice { total: 4 index: 3 } }
		should { nested { key: 'a.b[]' filter { must { is_null { key: 'c' } } } } }
		should { filter { must_not { is_null { key: 'd' } } } }
		min_should { conditions { is_null { key: 'e' } } min_count: 1 })");
	ASSERT_EQ(all.should.size(), 7u);
	EXPECT_EQ(std::get<model::NestedCondition>(all.should[5]).key, "a.b");
	EXPECT_EQ(std::get<std::shared_ptr<const model::Filter>>(all.should[6])->must_not.size(), 1u);
	EXPECT_EQ(all.min_should->min_count, 1u);
}

TEST(GrpcCodec, RefusesWrongFilters)
{
	EXPECT_EQ(error<pb::Filter>("must {}", decode_filter), "Format error in body: must[0]: empty condition");
	EXPECT_EQ(error<pb::Filter>("must { field { key: 'a' match {} } }", decode_filter),
			  "Format error in body: must[0].field.match: missing match value");
	EXPECT_EQ(violation<pb::Filter>("must { field { key: 'a' } }", decode_filter),
			  "Validation error in body: [must[0].field: At least one field condition must be specified]");
	EXPECT_EQ(violation<pb::Filter>("min_should {}", decode_filter),
			  "Validation error in body: [min_should.min_count: value 0 invalid, must be 1 or larger]");
	EXPECT_NE(error<pb::Filter>("must { is_null { key: 'a..b' } }", decode_filter).find("`a..b` is not a path"),
			  std::string::npos);
	EXPECT_EQ(violation<pb::Filter>("must { slice { total: 2 index: 2 } }", decode_filter),
			  "Validation error in body: [must[0].slice.index: value 2 invalid, must be less than `total`]");
	pb::Filter deep;
	for (int i = 0; i < 70; i++) {
		pb::Filter outer;
		*outer.add_must()->mutable_filter() = deep;
		deep = outer;
	}
	EXPECT_THROW(decoded(deep, decode_filter), model::Error);
}

/* ---- updates ---- */

TEST(GrpcCodec, Upserts)
{
	const auto upsert = decoded(message<pb::UpsertPoints>(R"(
		points { id { num: 1 } vectors { vector { dense { data: [1, 2] } } }
			payload { key: 'a' value { integer_value: 3 } } }
		points { id { num: 2 } vectors { vectors { vectors { key: 'x' value { data: 5 } } } } }
		update_mode: InsertOnly wait: true ordering { type: Strong } timeout: 7)"),
								decode_upsert);
	ASSERT_EQ(upsert.points.size(), 2u);
	EXPECT_EQ(upsert.points[0].payload, R"({"a":3})");
	EXPECT_EQ(upsert.points[0].vectors[0].first, "");
	EXPECT_EQ(upsert.points[1].vectors[0].first, "x");
	EXPECT_EQ(upsert.mode, model::UpdateMode::kInsertOnly);
	const auto params = update_params(message<pb::UpsertPoints>("wait: true ordering { type: Strong } timeout: 7"));
	EXPECT_TRUE(params.wait);
	EXPECT_EQ(params.ordering, model::WriteOrdering::kStrong);
	EXPECT_EQ(params.timeout_seconds, 7u);
	EXPECT_FALSE(update_params(pb::UpsertPoints()).wait);
	EXPECT_EQ(error<pb::UpsertPoints>("", decode_upsert, model::ErrorKind::kWrongInput),
			  "Wrong input: Empty update request");
}

TEST(GrpcCodec, Batches)
{
	const auto operations = decoded(message<pb::UpdateBatchPoints>(R"(
		operations { upsert { points { id { num: 1 } } } }
		operations { delete_deprecated { points { ids { num: 1 } } } }
		operations { set_payload { points_selector { filter {} } key: 'a.b' } }
		operations { overwrite_payload { points_selector { points { ids { num: 1 } } } } }
		operations { delete_payload { keys: 'a' points_selector { filter {} } } }
		operations { clear_payload_deprecated { filter {} } }
		operations { update_vectors { points { id { num: 1 } vectors { vector { data: 1 } } } } }
		operations { delete_vectors { vectors { names: 'x' } points_selector { filter {} } } }
		operations { delete_points { points { filter {} } } }
		operations { clear_payload { points { filter {} } } })"),
									decode_update_batch);
	const size_t kinds[] = {0, 1, 2, 3, 4, 5, 6, 7, 1, 5}; /* places in UpdateOperation */
	ASSERT_EQ(operations.size(), std::size(kinds));
	for (size_t i = 0; i < operations.size(); i++)
		EXPECT_EQ(operations[i].index(), kinds[i]) << i;
	EXPECT_EQ(std::get<model::SetPayload>(operations[2]).key, "a.b");
	EXPECT_EQ(error<pb::UpdateBatchPoints>("operations {}", decode_update_batch),
			  "Format error in body: operations[0]: empty operation");
	EXPECT_EQ(error<pb::DeletePoints>("", decode_delete),
			  "Format error in body: points: Either list of point ids or filter must be provided");
}

/* ---- reads ---- */

TEST(GrpcCodec, Selections)
{
	const auto include =
		decoded(message<pb::WithPayloadSelector>("include { fields: ['a', 'b.c'] }"), decode_with_payload);
	EXPECT_EQ(include.kind, model::PayloadSelection::kInclude);
	EXPECT_EQ(include.paths.size(), 2u);
	EXPECT_EQ(decoded(message<pb::WithPayloadSelector>("enable: false"), decode_with_payload).kind,
			  model::PayloadSelection::kNone);
	EXPECT_EQ(decoded(message<pb::WithVectorsSelector>("include { names: 'v' }"), decode_with_vectors).names[0], "v");
}

TEST(GrpcCodec, DefaultsOfReads)
{
	const auto scroll = decoded(pb::ScrollPoints(), decode_scroll);
	EXPECT_EQ(scroll.limit, 10u);
	EXPECT_EQ(scroll.with_payload.kind, model::PayloadSelection::kAll);
	EXPECT_TRUE(decoded(pb::CountPoints(), decode_count).exact);
	const auto facet = decoded(message<pb::FacetCounts>("key: 'a'"), decode_facet);
	EXPECT_EQ(facet.limit, 10u);
	EXPECT_FALSE(facet.exact);
	const auto query = decoded(pb::QueryPoints(), decode_query);
	EXPECT_EQ(query.limit, 10u);
	EXPECT_FALSE(query.query);
	EXPECT_EQ(query.with_payload.kind, model::PayloadSelection::kNone);
	const auto groups = decoded(message<pb::QueryPointGroups>("group_by: 'a'"), decode_query_groups);
	EXPECT_EQ(groups.query.limit, 10u);
	EXPECT_EQ(groups.group_size, 3u);
	EXPECT_EQ(violation<pb::ScrollPoints>("limit: 0", decode_scroll),
			  "Validation error in body: [limit: value 0 invalid, must be 1 or larger]");
}

TEST(GrpcCodec, OrderBy)
{
	const auto order = decoded(message<pb::OrderBy>("key: 'a' direction: Desc start_from { timestamp { seconds: 1 } }"),
							   decode_order_by);
	EXPECT_EQ(order.direction, model::OrderDirection::kDescending);
	EXPECT_EQ(std::get<std::string>(*order.start_from), "1970-01-01T00:00:01.000000Z");
	EXPECT_EQ(std::get<int64_t>(
				  *decoded(message<pb::OrderBy>("key: 'a' start_from { integer: 5 }"), decode_order_by).start_from),
			  5);
	EXPECT_EQ(std::get<double>(
				  *decoded(message<pb::OrderBy>("key: 'a' start_from { float: 5 }"), decode_order_by).start_from),
			  5);
}

TEST(GrpcCodec, Consistency)
{
	const auto consistency = [](const std::string &text) {
		return decoded(message<pb::ReadConsistency>(text), decode_consistency);
	};
	EXPECT_EQ(consistency("type: All")->kind, model::ReadConsistency::kAll);
	EXPECT_EQ(consistency("type: Majority")->kind, model::ReadConsistency::kMajority);
	EXPECT_EQ(consistency("type: Quorum")->kind, model::ReadConsistency::kQuorum);
	EXPECT_EQ(consistency("factor: 3")->factor, 3u);
	EXPECT_FALSE(consistency(""));
	EXPECT_EQ(violation<pb::ReadConsistency>("factor: 0", decode_consistency),
			  "Validation error in body: [factor: value 0 invalid, must be 1 or larger]");
}

/* ---- queries ---- */

model::Query query(const std::string &text)
{
	return *decoded(message<pb::QueryPoints>("query { " + text + " }"), decode_query).query;
}

TEST(GrpcCodec, QueryVariants)
{
	EXPECT_EQ(std::get<uint64_t>(
				  std::get<model::PointId>(std::get<model::NearestQuery>(query("nearest { id { num: 5 } }")).vector)),
			  5u);
	const auto mmr = std::get<model::NearestQuery>(
		query("nearest_with_mmr { nearest { dense { data: 1 } } mmr { diversity: 0.25 candidates_limit: 9 } }"));
	EXPECT_EQ(mmr.mmr->diversity, 0.25);
	EXPECT_EQ(mmr.mmr->candidates_limit, 9u);
	const auto recommend = std::get<model::RecommendQuery>(
		query("recommend { positive { id { num: 1 } } negative { dense { data: 2 } } strategy: SumScores }"));
	EXPECT_EQ(recommend.strategy, model::RecommendQuery::kSumScores);
	EXPECT_EQ(recommend.negative.size(), 1u);
	const auto discover =
		std::get<model::DiscoverQuery>(query("discover { target { id { num: 1 } } context { pairs { positive { id { "
											 "num: 2 } } negative { id { num: 3 } } } } }"));
	EXPECT_EQ(discover.context.size(), 1u);
	EXPECT_EQ(std::get<model::ContextQuery>(
				  query("context { pairs { positive { id { num: 2 } } negative { id { num: 3 } } } }"))
				  .context.size(),
			  1u);
	EXPECT_EQ(std::get<model::OrderByQuery>(query("order_by { key: 'a' }")).order_by.key, "a");
	EXPECT_EQ(std::get<model::FusionQuery>(query("fusion: DBSF")).kind, model::FusionQuery::kDbsf);
	const auto rrf = std::get<model::FusionQuery>(query("rrf { k: 60 weights: [1, 2] }"));
	EXPECT_EQ(rrf.k, 60u);
	EXPECT_EQ(rrf.weights.size(), 2u);
	EXPECT_TRUE(std::holds_alternative<model::SampleQuery>(query("sample: Random")));
	const auto feedback = std::get<model::RelevanceFeedbackQuery>(
		query("relevance_feedback { target { id { num: 1 } } feedback { example { id { num: 2 } } score: 0.5 } "
			  "strategy { naive { a: 1 b: 2 c: 3 } } }"));
	EXPECT_EQ(feedback.feedback[0].score, 0.5);
	EXPECT_EQ(feedback.c, 3);
}

TEST(GrpcCodec, Prefetches)
{
	const auto request = decoded(message<pb::QueryPoints>(R"(
		prefetch { query { nearest { id { num: 1 } } } using: 'v' limit: 50 score_threshold: 0.5
			prefetch { query { nearest { id { num: 2 } } } } lookup_from { collection_name: 'o' vector_name: 'w' } }
		query { fusion: RRF } using: '' offset: 4 params { hnsw_ef: 30 exact: true })"),
								 decode_query);
	ASSERT_EQ(request.prefetch.size(), 1u);
	EXPECT_EQ(request.prefetch[0].limit, 50u);
	EXPECT_EQ(request.prefetch[0].prefetch[0].limit, 10u);
	EXPECT_EQ(request.prefetch[0].lookup_from->vector, "w");
	EXPECT_EQ(request.offset, 4u);
	EXPECT_EQ(request.params->hnsw_ef, 30u);
	pb::PrefetchQuery deep;
	for (int i = 0; i < 64; i++) {
		pb::PrefetchQuery outer;
		*outer.add_prefetch() = deep;
		deep = outer;
	}
	pb::QueryPoints root;
	*root.add_prefetch() = deep;
	EXPECT_THROW(decoded(root, decode_query), model::Error);
}

TEST(GrpcCodec, RefusesWrongQueries)
{
	EXPECT_EQ(error<pb::QueryPoints>("query {}", decode_query), "Format error in body: query: missing query");
	EXPECT_EQ(violation<pb::QueryPoints>("query { recommend {} } limit: 0", decode_query),
			  "Validation error in body: [query.recommend: At least one positive or negative vector/id must be "
			  "provided; limit: value 0 invalid, must be 1 or larger]");
	EXPECT_EQ(violation<pb::QueryPoints>(
				  "query { nearest_with_mmr { nearest { id { num: 1 } } mmr { diversity: 2 } } }", decode_query),
			  "Validation error in body: [query.nearest_with_mmr.mmr.diversity: value 2.0 invalid, must be from 0.0 "
			  "to 1.0]");
	EXPECT_EQ(violation<pb::QueryPoints>("params { quantization { oversampling: 0.5 } }", decode_query),
			  "Validation error in body: [params.quantization.oversampling: value 0.5 invalid, must be 1.0 or larger]");
	EXPECT_EQ(violation<pb::SearchPoints>("vector: 1", decode_search),
			  "Validation error in body: [limit: value 0 invalid, must be 1 or larger]");
	EXPECT_EQ(error<pb::RecommendPoints>("limit: 1", decode_recommend, model::ErrorKind::kBadRequest),
			  "Bad request: At least one positive or negative vector ID is required");
}

TEST(GrpcCodec, OlderSearches)
{
	const auto search = decoded(
		message<pb::SearchPoints>("vector: [1, 2] limit: 3 vector_name: 'v' offset: 2 sparse_indices { data: [4, 2] }"),
		decode_search);
	EXPECT_EQ(search.using_vector, "v");
	EXPECT_EQ(search.offset, 2u);
	EXPECT_TRUE(std::holds_alternative<model::SparseVector>(
		std::get<model::Vector>(std::get<model::NearestQuery>(*search.query).vector)));
	const auto groups = decoded(message<pb::SearchPointGroups>(
									"vector: 1 limit: 3 group_by: 'a' group_size: 2 with_lookup { collection: 'o' }"),
								decode_search_groups);
	EXPECT_EQ(groups.group_size, 2u);
	EXPECT_EQ(groups.with_lookup->with_payload.kind, model::PayloadSelection::kAll);
	const auto recommend = decoded(
		message<pb::RecommendPoints>("positive { num: 1 } positive_vectors { data: 1 } limit: 2 strategy: BestScore"),
		decode_recommend);
	EXPECT_EQ(std::get<model::RecommendQuery>(*recommend.query).positive.size(), 2u);
	const auto discover = decoded(
		message<pb::DiscoverPoints>("context { positive { id { num: 1 } } negative { id { num: 2 } } } limit: 1"),
		decode_discover);
	EXPECT_TRUE(std::holds_alternative<model::ContextQuery>(*discover.query));
}

TEST(GrpcCodec, Results)
{
	model::ScoredPoint point;
	point.id = uint64_t(7);
	point.score = 0.5;
	point.version = 3;
	point.payload = R"({"a":1})";
	point.order_value = int64_t(4);
	pb::ScoredPoint out;
	encode(point, &out);
	EXPECT_EQ(text(out), "id { num: 7 } payload { key: \"a\" value { integer_value: 1 } } score: 0.5 version: 3 "
						 "order_value { int: 4 }");
	pb::SearchMatrixOffsets offsets;
	encode_offsets({{uint64_t(1), {{uint64_t(2), 0.5f}}}, {uint64_t(2), {{uint64_t(1), 0.5f}}}}, &offsets);
	EXPECT_EQ(text(offsets), "offsets_row: 0 offsets_row: 1 offsets_col: 1 offsets_col: 0 scores: 0.5 scores: 0.5 "
							 "ids { num: 1 } ids { num: 2 }");
	pb::UpdateResult update;
	encode(model::UpdateResult{9, model::UpdateStatus::kWaitTimeout}, &update);
	EXPECT_EQ(text(update), "operation_id: 9 status: WaitTimeout");
	pb::FacetHit hit;
	encode(model::FacetHit{true, 2}, &hit);
	EXPECT_EQ(text(hit), "value { bool_value: true } count: 2");
}

/* ---- collections ---- */

TEST(GrpcCodec, CreateCollection)
{
	const auto request = decoded(message<pb::CreateCollection>(R"(
		vectors_config { params_map { map { key: 'v' value { size: 4 distance: Dot on_disk: true datatype: Uint8
			hnsw_config { m: 8 } quantization_config { product { compression: x16 } } multivector_config {} } } } }
		sparse_vectors_config { map { key: 's' value { modifier: Idf index { datatype: Float16 } } } }
		shard_number: 2 hnsw_config { ef_construct: 50 } optimizers_config { max_optimization_threads { setting: Auto } }
		quantization_config { binary { encoding: TwoBits query_encoding { setting: Scalar8Bits } } }
		metadata { key: 'm' value { integer_value: 1 } } strict_mode_config { enabled: true max_query_limit: 5 }
		payload { memory: Cold } sharding_method: Custom)"),
								 decode_create_collection);
	const model::VectorParams &vector = request.vectors.at("v");
	EXPECT_EQ(vector.distance, model::Distance::kDot);
	EXPECT_EQ(vector.datatype, model::Datatype::kUint8);
	EXPECT_EQ(vector.hnsw->m, 8u);
	EXPECT_EQ(std::get<model::ProductQuantization>(*vector.quantization).compression, 16u);
	EXPECT_TRUE(vector.multivector);
	EXPECT_EQ(request.sparse_vectors.at("s").index->datatype, model::Datatype::kFloat16);
	EXPECT_FALSE(request.optimizers->max_optimization_threads->threads);
	EXPECT_EQ(std::get<model::BinaryQuantization>(*request.quantization).query_encoding,
			  model::BinaryQuantization::kScalar8Bits);
	EXPECT_EQ(request.metadata->at("m"), "1");
	EXPECT_EQ(request.payload->memory, model::Memory::kCold);
	EXPECT_EQ(request.sharding_method, model::ShardingMethod::kCustom);
}

TEST(GrpcCodec, RefusesWrongCollections)
{
	const auto refused = [](const std::string &text) {
		return violation<pb::CreateCollection>(text, decode_create_collection);
	};
	EXPECT_EQ(refused("vectors_config { params { distance: Dot } }"),
			  "Validation error in body: [vectors_config.params.size: value 0 invalid, must be from 1 to 65536]");
	EXPECT_EQ(refused("vectors_config { params { size: 1 distance: Dot memory: Pinned } }"),
			  "Validation error in body: [vectors_config.params.memory: pinned placement is not allowed for this "
			  "storage]");
	EXPECT_EQ(refused("hnsw_config { ef_construct: 1 }"),
			  "Validation error in body: [hnsw_config.ef_construct: value 1 invalid, must be 4 or larger]");
	EXPECT_EQ(error<pb::CreateCollection>("vectors_config { params { size: 1 } }", decode_create_collection),
			  "Format error in body: vectors_config.params.distance: unknown value 0");
	EXPECT_EQ(
		error<pb::CreateCollection>("sparse_vectors_config { map { key: 's' value { index { datatype: Turbo4 } } } }",
									decode_create_collection),
		"Format error in body: sparse_vectors_config.s.index.datatype: unknown value 4");
}

TEST(GrpcCodec, UpdateCollection)
{
	const auto request = decoded(message<pb::UpdateCollection>(R"(
		vectors_config { params { on_disk: true quantization_config { disabled {} } } }
		params { replication_factor: 2 read_fan_out_delay_ms: 3 } quantization_config { disabled {} })"),
								 decode_update_collection);
	EXPECT_TRUE(std::holds_alternative<model::QuantizationDisabled>(*request.vectors.at("").quantization));
	EXPECT_EQ(request.params->read_fan_out_delay_ms, 3u);
	EXPECT_TRUE(std::holds_alternative<model::QuantizationDisabled>(*request.quantization));
}

TEST(GrpcCodec, FieldSchemas)
{
	const auto schema = [](const std::string &text) {
		return decoded(message<pb::CreateFieldIndexCollection>("field_name: 'a' " + text), decode_field_schema);
	};
	EXPECT_EQ(schema("field_type: FieldTypeDatetime").type, model::PayloadFieldType::kDatetime);
	EXPECT_FALSE(schema("field_type: FieldTypeDatetime").has_params);
	const auto keyword =
		schema("field_index_params { keyword_index_params { is_tenant: true prefix {} memory: Pinned } }");
	EXPECT_TRUE(*keyword.is_tenant && *keyword.prefix);
	EXPECT_EQ(keyword.memory, model::Memory::kPinned);
	const auto text = schema(R"(field_index_params { text_index_params { tokenizer: Prefix lowercase: false
		stopwords { languages: 'en' } stemmer { snowball { language: 'german' } } } })");
	EXPECT_EQ(text.text.tokenizer, model::Tokenizer::kPrefix);
	EXPECT_EQ(text.text.stopwords->languages[0], "english");
	EXPECT_EQ(text.text.stemmer->language, "german");
	EXPECT_EQ(violation<pb::CreateFieldIndexCollection>(
				  "field_name: 'a' field_index_params { integer_index_params { lookup: false range: false } }",
				  decode_field_schema),
			  "Validation error in body: [field_index_params: the \"lookup\" and \"range\" capabilities can't be both "
			  "disabled]");
	EXPECT_EQ(error<pb::CreateFieldIndexCollection>("field_name: 'a'", decode_field_schema),
			  "Format error in body: missing field_type");
}

TEST(GrpcCodec, CollectionInfo)
{
	model::CollectionInfo info;
	info.points_count = 5;
	info.config.vectors[""] = {4, model::Distance::kCosine, {}, {}, {}, {}, {}, {}};
	info.payload_schema["f"].schema.type = model::PayloadFieldType::kInteger;
	info.payload_schema["f"].schema.has_params = true;
	info.payload_schema["f"].schema.lookup = true;
	info.payload_schema["f"].points = 2;
	info.config.metadata["k"] = "[1]";
	pb::CollectionInfo out;
	encode(info, &out);
	EXPECT_EQ(out.status(), pb::Green);
	EXPECT_TRUE(out.optimizer_status().ok());
	EXPECT_EQ(text(out.config().params().vectors_config()), "params { size: 4 distance: Cosine }");
	EXPECT_EQ(out.config().hnsw_config().m(), 16u);
	EXPECT_EQ(text(out.payload_schema().at("f")),
			  "data_type: Integer params { integer_index_params { lookup: true } } points: 2");
	EXPECT_EQ(text(out.config().metadata().at("k")), "list_value { values { integer_value: 1 } }");
}

} /* namespace */
} /* namespace vecext::api::grpc */
