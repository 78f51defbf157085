/*
 * encode_collection.cpp: collections, their configuration and their aliases.
 *
 * The fields of configurations stand in model/config_fields.h.
 */
#include "api/rest/encode.h"
#include "model/config_fields.h"

namespace vecext::api::rest {

namespace {

/* Writes the fields of a configuration as the API shows them. */
class FieldWriter {
public:
	explicit FieldWriter(JsonWriter &out) : out_(out) {}

	template <class T> void operator()(std::string_view name, const T &value)
	{
		out_.name(name);
		write(value);
	}

	template <class T> void operator()(std::string_view name, const std::optional<T> &value)
	{
		if (value)
			(*this)(name, *value);
	}

	template <class T> void nullable(std::string_view name, const std::optional<T> &value)
	{
		out_.name(name);
		if (value)
			write(*value);
		else
			out_.null();
	}

	void constant(std::string_view name, std::string_view word) { (*this)(name, word); }

	void compression(std::string_view name, uint32_t value) { (*this)(name, "x" + std::to_string(value)); }

	void multivector(const std::optional<model::MultiVectorComparator> &comparator)
	{
		if (!comparator)
			return;
		out_.name("multivector_config");
		out_.begin_object();
		(*this)("comparator", *comparator);
		out_.end_object();
	}

	template <class T> void alternative(std::string_view name, const model::QuantizationConfig &config)
	{
		if (const T *value = std::get_if<T>(&config))
			(*this)(name, *value);
	}

	void stopwords(std::string_view name, const std::optional<model::Stopwords> &value)
	{
		if (value && value->single_language)
			(*this)(name, value->languages.front());
		else
			(*this)(name, value);
	}

	void stemmer(std::string_view name, const std::optional<model::Stemmer> &value)
	{
		if (!value)
			return;
		out_.name(name);
		out_.begin_object();
		constant("type", value->none ? "none" : "snowball");
		if (!value->none)
			(*this)("language", value->language);
		out_.end_object();
	}

	template <class T> void write(const T &value)
	{
		if constexpr (std::is_same_v<T, bool>)
			out_.boolean(value);
		else if constexpr (std::is_enum_v<T>)
			out_.text(model::word_of(value));
		else if constexpr (std::is_unsigned_v<T>)
			out_.unsigned_integer(value);
		else if constexpr (std::is_same_v<T, float>)
			out_.number32(value);
		else if constexpr (std::is_same_v<T, double>)
			out_.number(value);
		else if constexpr (std::is_convertible_v<T, std::string_view>)
			out_.text(value);
		else {
			out_.begin_object();
			describe(*this, value);
			out_.end_object();
		}
	}

	template <class T> void write(const std::map<std::string, T> &map)
	{
		out_.begin_object();
		for (const auto &[name, value] : map)
			(*this)(name, value);
		out_.end_object();
	}

	void write(const std::vector<std::string> &list)
	{
		out_.begin_array();
		for (const std::string &item : list)
			out_.text(item);
		out_.end_array();
	}

private:
	JsonWriter &out_;
};

constexpr std::string_view kStatuses[] = {"green", "yellow", "grey", "red"};

void write_metadata(JsonWriter &out, const model::Metadata &metadata)
{
	if (metadata.empty())
		return;
	out.name("metadata");
	out.begin_object();
	for (const auto &[key, value] : metadata) {
		out.name(key);
		out.raw(value);
	}
	out.end_object();
}

void write_index_info(JsonWriter &out, const model::PayloadIndexInfo &info)
{
	FieldWriter fields(out);
	out.begin_object();
	fields("data_type", info.schema.type);
	if (info.schema.has_params)
		fields("params", info.schema);
	fields("points", info.points);
	out.end_object();
}

void write_warnings(JsonWriter &out, const std::vector<std::string> &warnings)
{
	if (warnings.empty())
		return;
	FieldWriter fields(out);
	out.name("warnings");
	out.begin_array();
	for (const std::string &warning : warnings) {
		out.begin_object();
		fields("message", warning);
		out.end_object();
	}
	out.end_array();
}

} /* namespace */

void write_optimizer_status(JsonWriter &out, const std::optional<std::string> &error)
{
	if (!error) {
		out.text("ok");
		return;
	}
	out.begin_object();
	FieldWriter fields(out);
	fields("error", *error);
	out.end_object();
}

/* A default vector alone stands without a map. */
void write_collection_params(JsonWriter &out, const model::CollectionConfig &config)
{
	FieldWriter fields(out);
	out.begin_object();
	if (config.vectors.size() == 1 && config.vectors.begin()->first.empty())
		fields("vectors", config.vectors.begin()->second);
	else
		fields("vectors", config.vectors);
	fields("shard_number", config.shard_number);
	fields("sharding_method", config.sharding_method);
	fields("replication_factor", config.replication_factor);
	fields("write_consistency_factor", config.write_consistency_factor);
	fields("read_fan_out_factor", config.read_fan_out_factor);
	fields("read_fan_out_delay_ms", config.read_fan_out_delay_ms);
	fields("on_disk_payload", config.on_disk_payload);
	fields("payload", config.payload);
	if (!config.sparse_vectors.empty())
		fields("sparse_vectors", config.sparse_vectors);
	out.end_object();
}

void write_collection_config(JsonWriter &out, const model::CollectionConfig &config)
{
	FieldWriter fields(out);
	out.begin_object();
	out.name("params");
	write_collection_params(out, config);
	fields("hnsw_config", config.hnsw);
	fields("optimizer_config", config.optimizers);
	fields("wal_config", config.wal);
	fields.nullable("quantization_config", config.quantization);
	fields("strict_mode_config", config.strict_mode);
	write_metadata(out, config.metadata);
	out.end_object();
}

void write_collection_info(JsonWriter &out, const model::CollectionInfo &info)
{
	FieldWriter fields(out);
	out.begin_object();
	fields("status", kStatuses[static_cast<size_t>(info.status)]);
	out.name("optimizer_status");
	write_optimizer_status(out, info.optimizer_error);
	write_warnings(out, info.warnings);
	fields("indexed_vectors_count", info.indexed_vectors_count);
	fields("points_count", info.points_count);
	fields("segments_count", info.segments_count);
	out.name("config");
	write_collection_config(out, info.config);
	out.name("payload_schema");
	out.begin_object();
	for (const auto &[field, index] : info.payload_schema) {
		out.name(field);
		write_index_info(out, index);
	}
	out.end_object();
	out.name("update_queue");
	out.begin_object();
	fields("length", info.update_queue_length);
	out.end_object();
	out.end_object();
}

void write_aliases(JsonWriter &out, const std::vector<model::AliasDescription> &aliases)
{
	FieldWriter fields(out);
	out.begin_object();
	out.name("aliases");
	out.begin_array();
	for (const model::AliasDescription &alias : aliases) {
		out.begin_object();
		fields("alias_name", alias.alias);
		fields("collection_name", alias.collection);
		out.end_object();
	}
	out.end_array();
	out.end_object();
}

} /* namespace vecext::api::rest */
