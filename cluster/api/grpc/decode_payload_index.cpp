/*
 * decode_payload_index.cpp: schemas of payload fields.
 */
#include "api/grpc/decode.h"
#include "api/common/languages.h"

namespace vecext::api::grpc {

namespace {

using model::PayloadFieldSchema;
using model::PayloadFieldType;

std::string decode_language(const std::string &given, const Place &place)
{
	if (const auto name = language_name(given))
		return std::string(*name);
	place.malformed("unknown variant `" + given + "`, expected the name of a language");
}

std::optional<model::Tokenizer> decode_tokenizer(pb::TokenizerType tokenizer)
{
	switch (tokenizer) {
	case pb::Prefix:
		return model::Tokenizer::kPrefix;
	case pb::Whitespace:
		return model::Tokenizer::kWhitespace;
	case pb::Word:
		return model::Tokenizer::kWord;
	case pb::Multilingual:
		return model::Tokenizer::kMultilingual;
	default:
		return std::nullopt;
	}
}

/* One language alone is what REST writes as a bare name. */
model::Stopwords decode_stopwords(const pb::StopwordsSet &message, const Place &place)
{
	model::Stopwords stopwords;
	for (const std::string &language : message.languages())
		stopwords.languages.push_back(decode_language(language, place.in("languages")));
	stopwords.custom.assign(message.custom().begin(), message.custom().end());
	stopwords.single_language = stopwords.languages.size() == 1 && stopwords.custom.empty();
	return stopwords;
}

model::Stemmer decode_stemmer(const pb::StemmingAlgorithm &message, const Place &place)
{
	if (message.has_disabled())
		return {true, ""};
	if (!message.has_snowball())
		place.malformed("missing algorithm");
	return {false, decode_language(message.snowball().language(), place.in("snowball").in("language"))};
}

/* Fields that types have in common, into the schema's of the same names. */
template <class Params> void take_common(const Params &params, const Place &place, PayloadFieldSchema &schema)
{
	if (params.has_on_disk())
		schema.on_disk = params.on_disk();
	if (params.has_enable_hnsw())
		schema.enable_hnsw = params.enable_hnsw();
	if (!params.has_memory())
		return;
	if (params.memory() < pb::Cold || params.memory() > pb::Pinned)
		place.in("memory").malformed("unknown value " + std::to_string(params.memory()));
	schema.memory = static_cast<model::Memory>(params.memory() - 1);
}

void take(const pb::KeywordIndexParams &params, const Place &, PayloadFieldSchema &schema)
{
	if (params.has_is_tenant())
		schema.is_tenant = params.is_tenant();
	if (params.has_prefix())
		schema.prefix = true;
}

void take(const pb::UuidIndexParams &params, const Place &, PayloadFieldSchema &schema)
{
	if (params.has_is_tenant())
		schema.is_tenant = params.is_tenant();
}

void take(const pb::IntegerIndexParams &params, const Place &place, PayloadFieldSchema &schema)
{
	if (params.has_lookup())
		schema.lookup = params.lookup();
	if (params.has_range())
		schema.range = params.range();
	if (params.has_is_principal())
		schema.is_principal = params.is_principal();
	if (schema.lookup == false && schema.range == false)
		place.violation("the \"lookup\" and \"range\" capabilities can't be both disabled");
}

template <class Params>
	requires requires(Params params) { params.is_principal(); }
void take(const Params &params, const Place &, PayloadFieldSchema &schema)
{
	if (params.has_is_principal())
		schema.is_principal = params.is_principal();
}

void take(const pb::GeoIndexParams &, const Place &, PayloadFieldSchema &) {}
void take(const pb::BoolIndexParams &, const Place &, PayloadFieldSchema &) {}

void take(const pb::TextIndexParams &params, const Place &place, PayloadFieldSchema &schema)
{
	model::TextIndexParams &text = schema.text;
	text.tokenizer = decode_tokenizer(params.tokenizer());
	if (params.has_lowercase())
		text.lowercase = params.lowercase();
	if (params.has_ascii_folding())
		text.ascii_folding = params.ascii_folding();
	if (params.has_phrase_matching())
		text.phrase_matching = params.phrase_matching();
	if (params.has_min_token_len())
		text.min_token_len = params.min_token_len();
	if (params.has_max_token_len())
		text.max_token_len = params.max_token_len();
	if (params.has_stopwords())
		text.stopwords = decode_stopwords(params.stopwords(), place.in("stopwords"));
	if (params.has_stemmer())
		text.stemmer = decode_stemmer(params.stemmer(), place.in("stemmer"));
}

template <class Params> PayloadFieldSchema schema_of(PayloadFieldType type, const Params &params, const Place &place)
{
	PayloadFieldSchema schema;
	schema.type = type;
	schema.has_params = true;
	take_common(params, place, schema);
	take(params, place, schema);
	return schema;
}

PayloadFieldSchema decode_params(const pb::PayloadIndexParams &params, const Place &place)
{
	switch (params.index_params_case()) {
	case pb::PayloadIndexParams::kKeywordIndexParams:
		return schema_of(PayloadFieldType::kKeyword, params.keyword_index_params(), place);
	case pb::PayloadIndexParams::kIntegerIndexParams:
		return schema_of(PayloadFieldType::kInteger, params.integer_index_params(), place);
	case pb::PayloadIndexParams::kFloatIndexParams:
		return schema_of(PayloadFieldType::kFloat, params.float_index_params(), place);
	case pb::PayloadIndexParams::kGeoIndexParams:
		return schema_of(PayloadFieldType::kGeo, params.geo_index_params(), place);
	case pb::PayloadIndexParams::kTextIndexParams:
		return schema_of(PayloadFieldType::kText, params.text_index_params(), place);
	case pb::PayloadIndexParams::kBoolIndexParams:
		return schema_of(PayloadFieldType::kBool, params.bool_index_params(), place);
	case pb::PayloadIndexParams::kDatetimeIndexParams:
		return schema_of(PayloadFieldType::kDatetime, params.datetime_index_params(), place);
	case pb::PayloadIndexParams::kUuidIndexParams:
		return schema_of(PayloadFieldType::kUuid, params.uuid_index_params(), place);
	case pb::PayloadIndexParams::INDEX_PARAMS_NOT_SET:
		break;
	}
	place.malformed("missing parameters of the index");
}

} /* namespace */

PayloadFieldSchema decode_field_schema(const pb::CreateFieldIndexCollection &request, const Place &place)
{
	checked_path(request.field_name(), place.in("field_name"));
	if (request.has_field_index_params())
		return decode_params(request.field_index_params(), place.in("field_index_params"));
	if (!request.has_field_type())
		place.malformed("missing field_type");
	PayloadFieldSchema schema;
	schema.type = static_cast<PayloadFieldType>(place.in("field_type").between(uint64_t(request.field_type()), 0, 7));
	return schema;
}

} /* namespace vecext::api::grpc */
