/*
 * storage_codec_test.cpp: filters as SQL, values in binary, vectors as columns, and
 * the JSON of the catalog.
 */
#include <gtest/gtest.h>

#include <cmath>

#include "model/error.h"
#include "model/stored_json.h"
#include "postgres/sql_text.h"
#include "shard/filter_sql.h"
#include "shard/shard_holder.h"
#include "shard/vector_sql.h"

namespace vecext {
namespace {

using model::Distance;

model::Condition equals(const std::string &key, std::variant<std::string, int64_t, bool> value)
{
	model::FieldCondition condition;
	condition.key = key;
	condition.match = model::MatchValue{std::move(value)};
	return condition;
}

std::string sql_of(const model::Filter &filter, const shard::ShardSchema &schema = {})
{
	postgres::Parameters parameters({1, 2});
	return shard::filter_sql(filter, schema, &parameters);
}

TEST(FilterSql, ClausesAreAndOrNot)
{
	EXPECT_EQ(sql_of({}), "true");
	EXPECT_EQ(sql_of({{equals("a", true)}, {}, {}, {}}), "payload_test(t.payload, 'a', 'match_bool', $1::jsonb)");
	EXPECT_EQ(
		sql_of(
			{{equals("a", int64_t(1))}, {equals("b", true), equals("c", true)}, {equals("d", std::string("x"))}, {}}),
		"(payload_test(t.payload, 'a', 'match_integer', $1::jsonb) AND NOT payload_test(t.payload, 'd', "
		"'match_keyword', $2::jsonb) AND (payload_test(t.payload, 'b', 'match_bool', $3::jsonb) OR "
		"payload_test(t.payload, 'c', 'match_bool', $4::jsonb)))");
	EXPECT_EQ(sql_of({{}, {}, {}, model::MinShould{{equals("a", true), model::HasVectorCondition{"v"}}, 1}}),
			  "(((payload_test(t.payload, 'a', 'match_bool', $1::jsonb))::int + (false)::int) >= $2::bigint)");
}

TEST(FilterSql, ValuesAreParametersAndPathsAreQuoted)
{
	postgres::Parameters parameters({1, 2});
	const model::Filter filter{{equals("it's.\"a b\"", std::string("va'l\"ue\n"))}, {}, {}, {}};
	EXPECT_EQ(shard::filter_sql(filter, {}, &parameters),
			  "payload_test(t.payload, 'it''s.\"a b\"', 'match_keyword', $1::jsonb)");
	EXPECT_EQ(parameters.value(0), "\x01\"va'l\\\"ue\\u000a\"");
}

TEST(FilterSql, SeveralTestsOfAFieldAreAlternatives)
{
	model::FieldCondition condition;
	condition.key = "a";
	condition.match = model::MatchAny{{}, {1, 2}};
	condition.range = model::NumberRange{0.5, {}, {}, 1e300};
	EXPECT_EQ(sql_of({{condition}, {}, {}, {}}), "(payload_test(t.payload, 'a', 'any_integer', $1::jsonb) OR "
												 "payload_test(t.payload, 'a', 'range', $2::jsonb))");
	condition.values_count = model::ValuesCount{1, {}, {}, {}};
	EXPECT_EQ(sql_of({{condition}, {}, {}, {}}), "payload_test(t.payload, 'a', 'values_count', $1::jsonb)");
}

TEST(FilterSql, NestedFiltersAreJson)
{
	model::FieldCondition range;
	range.key = "k";
	range.range = model::DatetimeRange{{}, "2020-01-01", {}, {}};
	model::FieldCondition text;
	text.key = "t";
	text.match = model::MatchText{model::MatchText::kPhrase, "a b"};
	const model::Filter filter{{range}, {text}, {model::IsNullCondition{"n"}}, {}};
	EXPECT_EQ(shard::filter_json(filter),
			  "{\"must\":[{\"key\":\"k\",\"range\":{\"gte\":\"2020-01-01\"}}],\"should\":[{\"key\":"
			  "\"t\",\"match\":{\"phrase\":\"a b\"}}],\"must_not\":[{\"is_null\":{\"key\":\"n\"}}]}");
}

TEST(Binary, PointIds)
{
	for (const model::PointId &id : {model::PointId(uint64_t(0)), model::PointId(UINT64_MAX),
									 model::PointId(*model::parse_uuid("936da01f-9abd-4d9d-80c7-02af85c822a8"))}) {
		postgres::Parameters parameters({1, 2});
		EXPECT_EQ(parameters.add_point_id(id), "$1::point_id");
		EXPECT_EQ(postgres::read_point_id(parameters.value(0)), id);
	}
	EXPECT_THROW(postgres::read_point_id("short"), model::Error);
}

TEST(Binary, Vectors)
{
	postgres::Parameters parameters({1, 2});
	const std::vector<float> values = {1.5f, -0.0f, 3e38f};
	parameters.add_vector(values);
	EXPECT_EQ(postgres::read_vector(parameters.value(0)), values);
	const std::vector<std::span<const float>> pieces = {values, values};
	parameters.add_vectors(pieces);
	EXPECT_EQ(postgres::read_vector_pieces(parameters.value(1)).size(), 6u);
}

TEST(SqlText, NamesAreBoundedAtCharacters)
{
	EXPECT_EQ(postgres::quote_identifier("a\"b"), "\"a\"\"b\"");
	EXPECT_EQ(postgres::quote_literal("a'b\\"), "'a''b\\'");
	const std::string umlauts = [] {
		std::string text = "x";
		for (int i = 0; i < 40; i++)
			text += "ä";
		return text;
	}();
	const std::string bounded = postgres::bounded_name(umlauts);
	EXPECT_LE(bounded.size(), 63u);
	EXPECT_EQ(bounded.substr(0, bounded.find('~')), umlauts.substr(0, 51));
	EXPECT_NE(bounded, postgres::bounded_name(umlauts + "ä"));
	EXPECT_EQ(postgres::bounded_name("short"), "short");
}

TEST(VectorSql, StoredForm)
{
	model::VectorParams params;
	params.size = 2;
	EXPECT_FLOAT_EQ(shard::as_stored(params, {3, 4})[0], 0.6f);
	EXPECT_EQ(shard::as_stored(params, {0, 0}), (model::DenseVector{0, 0}));
	EXPECT_EQ(shard::as_stored(params, {1.0000001f, 0})[0], 1.0000001f); /* near enough to one */
	EXPECT_THROW(shard::as_stored(params, {1}), model::Error);
	params.datatype = model::Datatype::kUint8;
	EXPECT_EQ(shard::as_stored(params, {-1, 300.7f}), (model::DenseVector{0, 255}));
}

TEST(VectorSql, IndexesFollowTheConfiguration)
{
	shard::VectorColumn vector;
	vector.column = "v1";
	vector.params.size = 8;
	EXPECT_EQ(*shard::index_sql(vector, {}), "USING hnsw (v1 vector_ip_ops) WITH (m = 16, ef_construction = 100)");
	EXPECT_EQ(*shard::index_sql(vector, model::ScalarQuantization{0.5f, true, {}}),
			  "USING hnsw (v1 vector_ip_ops) WITH (m = 16, ef_construction = 100, quantization = scalar, quantile = "
			  "0.500000)");
	vector.params.quantization = model::TurboQuantization{}; /* goes before the collection's */
	EXPECT_EQ(*shard::index_sql(vector, model::ScalarQuantization{}),
			  "USING hnsw (v1 vector_ip_ops) WITH (m = 16, ef_construction = 100, code_bits = 4)");
	vector.params.size = 16000; /* whose codes of 4 bits fit no page */
	EXPECT_EQ(*shard::index_sql(vector, {}), "USING hnsw (v1 vector_ip_ops) WITH (m = 16, ef_construction = 100)");
	vector.hnsw.m = 0;
	EXPECT_FALSE(shard::index_sql(vector, {}));
	vector.hnsw.m = 100;
	vector.params.distance = Distance::kManhattan;
	vector.params.datatype = model::Datatype::kFloat16;
	EXPECT_EQ(*shard::index_sql(vector, {}), "USING hnsw (v1 halfvec_l1_ops) WITH (m = 100, ef_construction = 200)");
	vector.params.size = 16001;
	EXPECT_FALSE(shard::index_sql(vector, {}));
	EXPECT_EQ(shard::column_type(vector.params), "vector[]");
}

TEST(StoredJson, ConfigurationsComeBack)
{
	model::CollectionConfig config;
	model::VectorParams &params = config.vectors["a\"b"];
	params.size = 3;
	params.hnsw.emplace().payload_m = 7;
	params.quantization =
		model::BinaryQuantization{model::BinaryQuantization::kTwoBits, {}, true, model::Memory::kCold};
	config.optimizers.indexing_threshold.reset();
	config.strict_mode.emplace().sparse_config = {{"s", {5}}};
	config.metadata["k"] = "[1.0,\"x\"]";
	const std::string json = model::to_stored_json(config);
	const model::CollectionConfig read = model::collection_config_from(json);
	EXPECT_EQ(model::to_stored_json(read), json);
	EXPECT_EQ(read.vectors, config.vectors);
	EXPECT_FALSE(read.optimizers.indexing_threshold);
	EXPECT_EQ(read.metadata, config.metadata);
	EXPECT_THROW(model::collection_config_from("{\"shard_number\": \"x\"}"), model::Error);
}

TEST(StoredJson, FieldSchemasComeBack)
{
	model::PayloadFieldSchema plain;
	plain.type = model::PayloadFieldType::kGeo;
	EXPECT_EQ(model::to_stored_json(plain), "\"geo\"");
	EXPECT_EQ(model::payload_field_schema_from("\"geo\""), plain);
	model::PayloadFieldSchema text;
	text.type = model::PayloadFieldType::kText;
	text.has_params = true;
	text.text.tokenizer = model::Tokenizer::kPrefix;
	text.text.stopwords = model::Stopwords{{"english"}, {}, true};
	text.text.stemmer = model::Stemmer{false, "german"};
	EXPECT_EQ(model::payload_field_schema_from(model::to_stored_json(text)), text);
}

TEST(ShardHolder, SpreadsPointsEvenly)
{
	std::vector<std::unique_ptr<shard::ShardReplicaSet>> shards;
	for (uint32_t i = 0; i < 4; i++)
		shards.push_back(std::make_unique<shard::ShardReplicaSet>(
			std::make_unique<shard::LocalShard>(nullptr, shard::ShardState{1, i, 0, 0})));
	const shard::ShardHolder holder(std::move(shards));
	model::UpsertPoints upsert;
	for (uint64_t i = 0; i < 4000; i++)
		upsert.points.push_back({i, {}, {}});
	const auto parts = holder.split(model::UpdateOperation(upsert));
	ASSERT_EQ(parts.size(), 4u);
	for (const auto &[place, part] : parts) {
		EXPECT_GT(std::get<model::UpsertPoints>(part).points.size(), 600u);
		for (const model::Point &point : std::get<model::UpsertPoints>(part).points)
			ASSERT_EQ(holder.shard_of(point.id), place);
	}
	model::DeletePoints request;
	request.selection.filter.emplace();
	EXPECT_EQ(holder.split(model::UpdateOperation(request)).size(), 4u);
}

} /* namespace */
} /* namespace vecext */
