/*
 * stored_json.cpp: see stored_json.h.
 *
 * A Writer and a Reader of what config_fields.h describes.
 */
#include "model/stored_json.h"

#include <simdjson.h>

#include <charconv>

#include "model/config_fields.h"
#include "model/error.h"

namespace vecext::model {

namespace {

using simdjson::dom::element;

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

	template <class T> void nullable(std::string_view name, std::optional<T> &value) { (*this)(name, value); }
	void constant(std::string_view, std::string_view) {}
	void compression(std::string_view name, uint32_t &value) { (*this)(name, value); }
	void multivector(std::optional<MultiVectorComparator> &value) { (*this)("multivector", value); }

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
			append_json_string(&out, word_of(value));
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

	template <class T> void nullable(std::string_view name, std::optional<T> &value) { (*this)(name, value); }
	void constant(std::string_view, std::string_view) {}
	void compression(std::string_view name, uint32_t &value) { (*this)(name, value); }
	void multivector(std::optional<MultiVectorComparator> &value) { (*this)("multivector", value); }

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

std::string to_stored_json(const QuotaConfig &config)
{
	return written(config);
}

QuotaConfig quota_config_from(std::string_view json)
{
	return read_whole<QuotaConfig>(json);
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
