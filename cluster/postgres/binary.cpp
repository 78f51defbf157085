/*
 * binary.cpp: see binary.h. All numbers are big-endian.
 */
#include "postgres/binary.h"

#include <bit>
#include <cstring>

#include "model/error.h"

namespace vecext::postgres {

namespace {

constexpr uint32_t kTextOid = 25, kFloat8Oid = 701, kJsonbOid = 3802;
constexpr char kJsonbVersion = 1;

template <class T> void put(std::string *out, T value)
{
	char bytes[sizeof(T)];
	for (size_t i = sizeof(T); i-- > 0; value = static_cast<T>(static_cast<uint64_t>(value) >> 8))
		bytes[i] = static_cast<char>(value);
	out->append(bytes, sizeof(T));
}

template <class T> T get(std::string_view bytes, size_t at)
{
	if (bytes.size() < at + sizeof(T))
		throw model::internal("a value of PostgreSQL is too short");
	uint64_t value = 0;
	for (size_t i = 0; i < sizeof(T); i++)
		value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
	return static_cast<T>(value);
}

void put_floats(std::string *out, std::span<const float> values)
{
	const size_t start = out->size();
	out->resize(start + 4 * values.size());
	char *at = out->data() + start;
	for (const float value : values) {
		const uint32_t bits = __builtin_bswap32(std::bit_cast<uint32_t>(value));
		memcpy(at, &bits, 4);
		at += 4;
	}
}

void get_floats(std::string_view bytes, std::vector<float> *values)
{
	for (size_t at = 0; at + 4 <= bytes.size(); at += 4) {
		uint32_t bits;
		memcpy(&bits, bytes.data() + at, 4);
		values->push_back(std::bit_cast<float>(__builtin_bswap32(bits)));
	}
}

void put_vector(std::string *out, std::span<const float> vector)
{
	put<uint16_t>(out, static_cast<uint16_t>(vector.size()));
	put<uint16_t>(out, 0);
	put_floats(out, vector);
}

void put_point_id(std::string *out, const model::PointId &id)
{
	if (const auto *number = std::get_if<uint64_t>(&id)) {
		out->append(9, '\0'); /* the tag and the upper half */
		put<uint64_t>(out, *number);
		return;
	}
	const auto &bytes = std::get<model::Uuid>(id).bytes;
	out->push_back(1);
	out->append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
}

/* A one-dimensional array; each element follows as its length and bytes. */
std::string array_head(uint32_t element_type, size_t size)
{
	std::string out;
	put<int32_t>(&out, size ? 1 : 0);
	put<int32_t>(&out, 1); /* may hold nulls */
	put<uint32_t>(&out, element_type);
	if (size) {
		put<int32_t>(&out, static_cast<int32_t>(size));
		put<int32_t>(&out, 1);
	}
	return out;
}

void put_null(std::string *out)
{
	put<int32_t>(out, -1);
}

} /* namespace */

std::string Parameters::add(std::string value, std::string_view type)
{
	values_.push_back(std::move(value));
	std::string placeholder = "$" + std::to_string(values_.size()) + "::";
	return placeholder.append(type);
}

std::string Parameters::add_text(std::string_view text)
{
	return add(std::string(text), "text");
}

std::string Parameters::add_integer(int64_t value)
{
	std::string bytes;
	put<int64_t>(&bytes, value);
	return add(std::move(bytes), "bigint");
}

std::string Parameters::add_number(double value)
{
	std::string bytes;
	put<uint64_t>(&bytes, std::bit_cast<uint64_t>(value));
	return add(std::move(bytes), "float8");
}

std::string Parameters::add_jsonb(std::string_view json)
{
	std::string bytes(1, kJsonbVersion);
	return add(std::move(bytes.append(json)), "jsonb");
}

std::string Parameters::add_point_id(const model::PointId &id)
{
	std::string bytes;
	put_point_id(&bytes, id);
	return add(std::move(bytes), "point_id");
}

std::string Parameters::add_vector(std::span<const float> vector)
{
	std::string bytes;
	put_vector(&bytes, vector);
	return add(std::move(bytes), "vector");
}

std::string Parameters::add_texts(std::span<const std::string> texts)
{
	std::string bytes = array_head(kTextOid, texts.size());
	for (const std::string &text : texts) {
		put<int32_t>(&bytes, static_cast<int32_t>(text.size()));
		bytes.append(text);
	}
	return add(std::move(bytes), "text[]");
}

std::string Parameters::add_numbers(std::span<const double> numbers)
{
	std::string bytes = array_head(kFloat8Oid, numbers.size());
	for (const double number : numbers) {
		put<int32_t>(&bytes, sizeof(number));
		put<uint64_t>(&bytes, std::bit_cast<uint64_t>(number));
	}
	return add(std::move(bytes), "float8[]");
}

std::string Parameters::add_point_ids(std::span<const model::PointId> ids)
{
	std::string bytes = array_head(types_.point_id, ids.size());
	bytes.reserve(bytes.size() + ids.size() * (4 + kPointIdBytes));
	for (const model::PointId &id : ids) {
		put<int32_t>(&bytes, kPointIdBytes);
		put_point_id(&bytes, id);
	}
	return add(std::move(bytes), "point_id[]");
}

std::string Parameters::add_jsonbs(std::span<const std::string *const> texts)
{
	std::string bytes = array_head(kJsonbOid, texts.size());
	for (const std::string *text : texts) {
		if (!text) {
			put_null(&bytes);
			continue;
		}
		put<int32_t>(&bytes, static_cast<int32_t>(text->size() + 1));
		bytes.push_back(kJsonbVersion);
		bytes.append(*text);
	}
	return add(std::move(bytes), "jsonb[]");
}

std::string Parameters::add_vectors(std::span<const std::span<const float>> vectors)
{
	std::string bytes = array_head(types_.vector, vectors.size());
	size_t total = bytes.size();
	for (const auto &vector : vectors)
		total += 8 + 4 * vector.size();
	bytes.reserve(total);
	for (const auto &vector : vectors) {
		if (vector.empty()) {
			put_null(&bytes);
			continue;
		}
		put<int32_t>(&bytes, static_cast<int32_t>(4 + 4 * vector.size()));
		put_vector(&bytes, vector);
	}
	return add(std::move(bytes), "vector[]");
}

int64_t read_int64(std::string_view bytes)
{
	return get<int64_t>(bytes, 0);
}

double read_float8(std::string_view bytes)
{
	return std::bit_cast<double>(get<uint64_t>(bytes, 0));
}

model::PointId read_point_id(std::string_view bytes)
{
	if (bytes.size() != kPointIdBytes)
		throw model::internal("a value of PostgreSQL is no point_id");
	if (bytes[0] == 0)
		return get<uint64_t>(bytes, 9);
	model::Uuid uuid;
	memcpy(uuid.bytes.data(), bytes.data() + 1, uuid.bytes.size());
	return uuid;
}

std::vector<float> read_vector(std::string_view bytes)
{
	std::vector<float> values;
	values.reserve(bytes.size() / 4);
	if (bytes.size() > 4)
		get_floats(bytes.substr(4), &values);
	return values;
}

std::vector<float> read_vector_pieces(std::string_view bytes)
{
	std::vector<float> values;
	constexpr size_t head = 20;
	for (size_t at = head; at + 4 <= bytes.size();) {
		const auto length = static_cast<size_t>(get<uint32_t>(bytes, at));
		get_floats(bytes.substr(at + 8, length - 4), &values);
		at += 4 + length;
	}
	return values;
}

} /* namespace vecext::postgres */
