/*
 * stored_json.cpp: see stored_json.h.
 *
 * Each struct lists its fields once, in describe(), for a Writer and a Reader.
 */
#include "model/stored_json.h"

#include <simdjson.h>

#include <charconv>

#include "model/error.h"

namespace vecext::model {

namespace {

using simdjson::dom::element;

template <class E> struct Names;
template <> struct Names<Distance> {
	static constexpr std::string_view list[] = {"Cosine", "Euclid", "Dot", "Manhattan"};
};
template <> struct Names<Datatype> {
	static constexpr std::string_view list[] = {"float32", "float16", "uint8", "turbo4"};
};
template <> struct Names<Memory> {
	static constexpr std::string_view list[] = {"cold", "cached", "pinned"};
};
template <> struct Names<Modifier> {
	static constexpr std::string_view list[] = {"none", "idf"};
};
template <> struct Names<ShardingMethod> {
	static constexpr std::string_view list[] = {"auto", "custom"};
};
template <> struct Names<BinaryQuantization::Encoding> {
	static constexpr std::string_view list[] = {"one_bit", "two_bits", "one_and_half_bits"};
};
template <> struct Names<BinaryQuantization::QueryEncoding> {
	static constexpr std::string_view list[] = {"default", "binary", "scalar4bits", "scalar8bits"};
};
template <> struct Names<TurboQuantization::Bits> {
	static constexpr std::string_view list[] = {"bits1", "bits1_5", "bits2", "bits4"};
};
template <> struct Names<MultiVectorComparator> {
	static constexpr std::string_view list[] = {"max_sim"};
};
template <> struct Names<PayloadFieldType> {
	static constexpr std::string_view list[] = {"keyword", "integer", "float",    "geo",
												"text",    "bool",    "datetime", "uuid"};
};
template <> struct Names<Tokenizer> {
	static constexpr std::string_view list[] = {"word", "whitespace", "prefix", "multilingual"};
};

/* ---- fields, once for both directions ---- */

template <class A> void describe(A &a, HnswConfigDiff &v)
{
	a("m", v.m), a("ef_construct", v.ef_construct), a("full_scan_threshold", v.full_scan_threshold);
	a("max_indexing_threads", v.max_indexing_threads), a("payload_m", v.payload_m), a("on_disk", v.on_disk);
	a("inline_storage", v.inline_storage), a("memory", v.memory);
}

template <class A> void describe(A &a, HnswConfig &v)
{
	a("m", v.m), a("ef_construct", v.ef_construct), a("full_scan_threshold", v.full_scan_threshold);
	a("max_indexing_threads", v.max_indexing_threads), a("payload_m", v.payload_m), a("on_disk", v.on_disk);
	a("inline_storage", v.inline_storage), a("memory", v.memory);
}

template <class A> void describe(A &a, ScalarQuantization &v)
{
	a("quantile", v.quantile), a("always_ram", v.always_ram), a("memory", v.memory);
}

template <class A> void describe(A &a, ProductQuantization &v)
{
	a("compression", v.compression), a("always_ram", v.always_ram), a("memory", v.memory);
}

template <class A> void describe(A &a, BinaryQuantization &v)
{
	a("encoding", v.encoding), a("query_encoding", v.query_encoding), a("always_ram", v.always_ram);
	a("memory", v.memory);
}

template <class A> void describe(A &a, TurboQuantization &v)
{
	a("bits", v.bits), a("always_ram", v.always_ram), a("memory", v.memory);
}

template <class A> void describe(A &a, QuantizationConfig &v)
{
	a.template alternative<ScalarQuantization>("scalar", v);
	a.template alternative<ProductQuantization>("product", v);
	a.template alternative<BinaryQuantization>("binary", v);
	a.template alternative<TurboQuantization>("turbo", v);
}

template <class A> void describe(A &a, VectorParams &v)
{
	a("size", v.size), a("distance", v.distance), a("hnsw_config", v.hnsw), a("quantization_config", v.quantization);
	a("on_disk", v.on_disk), a("memory", v.memory), a("datatype", v.datatype), a("multivector", v.multivector);
}

template <class A> void describe(A &a, SparseIndexParams &v)
{
	a("full_scan_threshold", v.full_scan_threshold), a("on_disk", v.on_disk), a("memory", v.memory);
	a("datatype", v.datatype);
}

template <class A> void describe(A &a, SparseVectorParams &v)
{
	a("index", v.index), a("modifier", v.modifier);
}

template <class A> void describe(A &a, OptimizersConfig &v)
{
	a("deleted_threshold", v.deleted_threshold), a("vacuum_min_vector_number", v.vacuum_min_vector_number);
	a("default_segment_number", v.default_segment_number), a("max_segment_size", v.max_segment_size);
	a("memmap_threshold", v.memmap_threshold), a("indexing_threshold", v.indexing_threshold);
	a("flush_interval_sec", v.flush_interval_sec), a("max_optimization_threads", v.max_optimization_threads);
	a("prevent_unoptimized", v.prevent_unoptimized);
}

template <class A> void describe(A &a, WalConfig &v)
{
	a("wal_capacity_mb", v.wal_capacity_mb), a("wal_segments_ahead", v.wal_segments_ahead);
	a("wal_retain_closed", v.wal_retain_closed);
}

template <class A> void describe(A &a, StrictModeMultivector &v)
{
	a("max_vectors", v.max_vectors);
}

template <class A> void describe(A &a, StrictModeSparse &v)
{
	a("max_length", v.max_length);
}

template <class A> void describe(A &a, StrictModeConfig &v)
{
	a("enabled", v.enabled), a("unindexed_filtering_retrieve", v.unindexed_filtering_retrieve);
	a("unindexed_filtering_update", v.unindexed_filtering_update), a("search_allow_exact", v.search_allow_exact);
	a("max_query_limit", v.max_query_limit), a("max_timeout", v.max_timeout);
	a("search_max_hnsw_ef", v.search_max_hnsw_ef), a("upsert_max_batchsize", v.upsert_max_batchsize);
	a("search_max_batchsize", v.search_max_batchsize);
	a("max_collection_vector_size_bytes", v.max_collection_vector_size_bytes);
	a("read_rate_limit", v.read_rate_limit), a("write_rate_limit", v.write_rate_limit);
	a("max_collection_payload_size_bytes", v.max_collection_payload_size_bytes);
	a("max_points_count", v.max_points_count), a("filter_max_conditions", v.filter_max_conditions);
	a("condition_max_size", v.condition_max_size), a("max_payload_index_count", v.max_payload_index_count);
	a("max_resident_memory_percent", v.max_resident_memory_percent);
	a("search_max_oversampling", v.search_max_oversampling), a("multivector_config", v.multivector_config);
	a("sparse_config", v.sparse_config);
}

template <class A> void describe(A &a, PayloadStorageParams &v)
{
	a("memory", v.memory);
}

template <class A> void describe(A &a, CollectionConfig &v)
{
	a("vectors", v.vectors), a("sparse_vectors", v.sparse_vectors), a("shard_number", v.shard_number);
	a("replication_factor", v.replication_factor), a("write_consistency_factor", v.write_consistency_factor);
	a("read_fan_out_factor", v.read_fan_out_factor), a("read_fan_out_delay_ms", v.read_fan_out_delay_ms);
	a("sharding_method", v.sharding_method), a("on_disk_payload", v.on_disk_payload), a("payload", v.payload);
	a("hnsw_config", v.hnsw), a("optimizer_config", v.optimizers), a("wal_config", v.wal);
	a("quantization_config", v.quantization), a("strict_mode_config", v.strict_mode);
	a.texts("metadata", v.metadata);
}

template <class A> void describe(A &a, Stopwords &v)
{
	a("languages", v.languages), a("custom", v.custom);
}

template <class A> void describe(A &a, TextIndexParams &v)
{
	a("tokenizer", v.tokenizer), a("lowercase", v.lowercase), a("ascii_folding", v.ascii_folding);
	a("phrase_matching", v.phrase_matching), a("min_token_len", v.min_token_len), a("max_token_len", v.max_token_len);
	a.stopwords("stopwords", v.stopwords), a.stemmer("stemmer", v.stemmer);
}

template <class A> void describe(A &a, PayloadFieldSchema &v)
{
	a("type", v.type), a("is_tenant", v.is_tenant), a("is_principal", v.is_principal), a("on_disk", v.on_disk);
	a("lookup", v.lookup), a("range", v.range), a("prefix", v.prefix), a("enable_hnsw", v.enable_hnsw);
	a("memory", v.memory);
	if (v.type == PayloadFieldType::kText)
		describe(a, v.text);
}

/* ---- writing ---- */

class Writer {
public:
	template <class T> void operator()(std::string_view name, T &value)
	{
		key(name);
		write(value);
	}

	template <class T> void operator()(std::string_view name, std::optional<T> &value)
	{
		if (value)
			(*this)(name, *value);
	}

	template <class T> void alternative(std::string_view name, QuantizationConfig &config)
	{
		if (T *value = std::get_if<T>(&config))
			(*this)(name, *value);
	}

	void texts(std::string_view name, Metadata &metadata)
	{
		key(name);
		out += '{';
		for (auto &[field, text] : metadata) {
			key(field);
			out += text;
		}
		out += '}';
	}

	void stopwords(std::string_view name, std::optional<Stopwords> &value)
	{
		if (value && value->single_language && !value->languages.empty())
			(*this)(name, value->languages[0]);
		else
			(*this)(name, value);
	}

	void stemmer(std::string_view name, std::optional<Stemmer> &value)
	{
		if (!value)
			return;
		std::string type = value->none ? "none" : "snowball";
		key(name);
		out += '{';
		(*this)("type", type);
		if (!value->none)
			(*this)("language", value->language);
		out += '}';
	}

	template <class T> void write(T &value)
	{
		if constexpr (std::is_same_v<T, bool>)
			out += value ? "true" : "false";
		else if constexpr (std::is_enum_v<T>)
			append_json_string(&out, Names<T>::list[static_cast<size_t>(value)]);
		else if constexpr (std::is_integral_v<T>)
			out += std::to_string(value);
		else if constexpr (std::is_floating_point_v<T>)
			append_json_number(&out, value);
		else if constexpr (std::is_same_v<T, std::string>)
			append_json_string(&out, value);
		else {
			out += '{';
			describe(*this, value);
			out += '}';
		}
	}

	template <class T> void write(std::map<std::string, T> &map)
	{
		out += '{';
		for (auto &[name, value] : map)
			(*this)(name, value);
		out += '}';
	}

	void write(std::vector<std::string> &list)
	{
		out += '[';
		for (std::string &item : list) {
			separate();
			append_json_string(&out, item);
		}
		out += ']';
	}

	std::string out;

private:
	void separate()
	{
		if (!out.empty() && out.back() != '{' && out.back() != '[')
			out += ',';
	}

	void key(std::string_view name)
	{
		separate();
		append_json_string(&out, name);
		out += ':';
	}
};

/* ---- reading ---- */

class Reader {
public:
	explicit Reader(element object) : object_(object) {}

	template <class T> void operator()(std::string_view name, T &value)
	{
		if (element found; find(name, &found))
			read(found, value);
	}

	template <class T> void operator()(std::string_view name, std::optional<T> &value)
	{
		value.reset();
		if (element found; find(name, &found))
			read(found, value.emplace());
	}

	template <class T> void alternative(std::string_view name, QuantizationConfig &config)
	{
		if (element found; find(name, &found))
			read(found, config.emplace<T>());
	}

	void texts(std::string_view name, Metadata &metadata)
	{
		element found;
		if (!find(name, &found))
			return;
		const simdjson::dom::object fields = found.get_object();
		for (const auto field : fields)
			metadata[std::string(field.key)] = simdjson::to_string(field.value);
	}

	void stopwords(std::string_view name, std::optional<Stopwords> &value)
	{
		element found;
		if (!find(name, &found))
			return;
		value.emplace();
		value->single_language = found.is_string();
		if (value->single_language)
			read(found, value->languages.emplace_back());
		else
			read(found, *value);
	}

	void stemmer(std::string_view name, std::optional<Stemmer> &value)
	{
		element found;
		if (!find(name, &found))
			return;
		value.emplace();
		std::string type;
		Reader inner(found);
		inner("type", type);
		inner("language", value->language);
		value->none = type == "none";
	}

private:
	bool find(std::string_view name, element *found) const
	{
		return object_[name].get(*found) == simdjson::SUCCESS && !found->is_null();
	}

	template <class T> void read(element from, T &value)
	{
		if constexpr (std::is_same_v<T, bool>)
			value = bool(from.get_bool());
		else if constexpr (std::is_enum_v<T>)
			value = read_enum<T>(std::string_view(from.get_string()));
		else if constexpr (std::is_integral_v<T>)
			value = static_cast<T>(uint64_t(from.get_uint64()));
		else if constexpr (std::is_floating_point_v<T>)
			value = static_cast<T>(double(from.get_double()));
		else if constexpr (std::is_same_v<T, std::string>)
			value = std::string_view(from.get_string());
		else {
			Reader inner(from);
			describe(inner, value);
		}
	}

	template <class T> void read(element from, std::map<std::string, T> &map)
	{
		map.clear();
		const simdjson::dom::object fields = from.get_object();
		for (const auto field : fields)
			read(field.value, map[std::string(field.key)]);
	}

	void read(element from, std::vector<std::string> &list)
	{
		const simdjson::dom::array items = from.get_array();
		for (const element item : items)
			read(item, list.emplace_back());
	}

	template <class E> static E read_enum(std::string_view name)
	{
		for (size_t i = 0; i < std::size(Names<E>::list); i++)
			if (Names<E>::list[i] == name)
				return static_cast<E>(i);
		throw internal("the catalog has an unknown word: " + std::string(name));
	}

	element object_;
};

template <class T> std::string written(T value)
{
	Writer writer;
	writer.write(value);
	return writer.out;
}

template <class T> T read_whole(std::string_view json)
{
	T value;
	try {
		simdjson::dom::parser parser;
		const element root = parser.parse(json.data(), json.size());
		Reader reader(root);
		describe(reader, value);
	} catch (const simdjson::simdjson_error &error) {
		throw internal(std::string("the catalog cannot be read: ") + error.what());
	}
	return value;
}

} /* namespace */

std::string to_stored_json(const CollectionConfig &config)
{
	return written(config);
}

CollectionConfig collection_config_from(std::string_view json)
{
	return read_whole<CollectionConfig>(json);
}

std::string to_stored_json(const PayloadFieldSchema &schema)
{
	if (schema.has_params)
		return written(schema);
	return written(schema.type);
}

PayloadFieldSchema payload_field_schema_from(std::string_view json)
{
	if (json.empty() || json[0] == '{') {
		auto schema = read_whole<PayloadFieldSchema>(json);
		schema.has_params = true;
		return schema;
	}
	return read_whole<PayloadFieldSchema>("{\"type\":" + std::string(json) + "}");
}

void append_json_string(std::string *out, std::string_view text)
{
	constexpr char digits[] = "0123456789abcdef";
	out->push_back('"');
	for (const char c : text) {
		if (c == '"' || c == '\\')
			out->push_back('\\');
		if (static_cast<unsigned char>(c) >= 0x20) {
			out->push_back(c);
			continue;
		}
		out->append("\\u00");
		out->push_back(digits[c >> 4]);
		out->push_back(digits[c & 15]);
	}
	out->push_back('"');
}

void append_json_number(std::string *out, double value)
{
	char text[32];
	const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
	out->append(text, end);
}

} /* namespace vecext::model */
