/*
 * decode_payload_index.cpp: schemas of payload fields.
 */
#include <algorithm>
#include <iterator>

#include "api/common/languages.h"
#include "api/rest/decode.h"

namespace vecext::api::rest {

namespace {

constexpr std::string_view kTypes[] = {"keyword", "integer", "float", "geo", "text", "bool", "datetime", "uuid"};

std::string decode_language(const Node &node)
{
	const std::string_view given = node.text();
	if (const auto name = language_name(given))
		return std::string(*name);
	node.malformed("unknown variant `" + std::string(given) + "`, expected the name of a language");
}

model::PayloadFieldType decode_type(const Node &node)
{
	const auto found = std::find(std::begin(kTypes), std::end(kTypes), node.text());
	if (found == std::end(kTypes))
		node.malformed("unknown variant `" + std::string(node.text()) +
					   "`, expected one of `keyword`, `integer`, `float`, `geo`, `text`, `bool`, `datetime`, `uuid`");
	return static_cast<model::PayloadFieldType>(found - std::begin(kTypes));
}

model::Stopwords decode_stopwords(const Node &node)
{
	model::Stopwords stopwords;
	if (node.is_string()) {
		stopwords.languages.push_back(decode_language(node));
		stopwords.single_language = true;
		return stopwords;
	}
	if (const auto languages = node.field("languages"))
		for (const auto value : languages->array())
			stopwords.languages.push_back(decode_language(languages->element(value, 0)));
	if (const auto custom = node.field("custom"))
		for (const auto value : custom->array())
			stopwords.custom.emplace_back(custom->element(value, 0).text());
	return stopwords;
}

model::Stemmer decode_stemmer(const Node &node)
{
	model::Stemmer stemmer;
	stemmer.none = node.required("type").word({"snowball", "none"}) == 1;
	if (!stemmer.none)
		stemmer.language = decode_language(node.required("language"));
	return stemmer;
}

model::TextIndexParams decode_text_params(const Node &node)
{
	model::TextIndexParams text;
	if (const auto tokenizer = node.field("tokenizer"))
		text.tokenizer =
			static_cast<model::Tokenizer>(tokenizer->word({"word", "whitespace", "prefix", "multilingual"}));
	text.lowercase = optional_bool(node, "lowercase");
	text.ascii_folding = optional_bool(node, "ascii_folding");
	text.phrase_matching = optional_bool(node, "phrase_matching");
	text.min_token_len = optional_at_least(node, "min_token_len", 0);
	text.max_token_len = optional_at_least(node, "max_token_len", 0);
	if (const auto stopwords = node.field("stopwords"))
		text.stopwords = decode_stopwords(*stopwords);
	if (const auto stemmer = node.field("stemmer"))
		text.stemmer = decode_stemmer(*stemmer);
	return text;
}

model::PayloadFieldSchema decode_schema(const Node &node)
{
	model::PayloadFieldSchema schema;
	if (node.is_string()) {
		schema.type = decode_type(node);
		return schema;
	}
	schema.type = decode_type(node.required("type"));
	schema.has_params = true;
	schema.is_tenant = optional_bool(node, "is_tenant");
	schema.is_principal = optional_bool(node, "is_principal");
	schema.on_disk = optional_bool(node, "on_disk");
	schema.lookup = optional_bool(node, "lookup");
	schema.range = optional_bool(node, "range");
	schema.prefix = optional_bool(node, "prefix");
	schema.enable_hnsw = optional_bool(node, "enable_hnsw");
	if (const auto memory = node.field("memory"))
		schema.memory = static_cast<model::Memory>(memory->word({"cold", "cached", "pinned"}));
	if (schema.type == model::PayloadFieldType::kText)
		schema.text = decode_text_params(node);
	if (schema.type == model::PayloadFieldType::kInteger && schema.lookup == false && schema.range == false)
		node.violation("the \"lookup\" and \"range\" capabilities can't be both disabled");
	return schema;
}

} /* namespace */

CreateFieldIndex decode_create_field_index(const Node &node)
{
	CreateFieldIndex create;
	const Node field = node.required("field_name");
	check_payload_path(field, field.text());
	create.field = field.text();
	const auto schema = node.field("field_schema", "field_type");
	if (!schema)
		node.malformed("missing field `field_schema`");
	create.schema = decode_schema(*schema);
	return create;
}

} /* namespace vecext::api::rest */
