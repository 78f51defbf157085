/*
 * binary.h: values of statements in PostgreSQL's binary format.
 *
 * Parameters collects the values of one statement while its SQL is written: each
 * add function returns the placeholder, with its cast, that stands for the value
 * in the SQL. Arrays carry the type of their elements, so that the types of the
 * extension must be known by number: TypeOids.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/point_id.h"
#include "model/vector.h"

namespace vecext::postgres {

/* Of the extension's types in one database. */
struct TypeOids {
	uint32_t point_id = 0, vector = 0;
};

inline constexpr size_t kPointIdBytes = 17;

class Parameters {
public:
	explicit Parameters(TypeOids types) : types_(types) {}

	std::string add_text(std::string_view text);
	std::string add_integer(int64_t value);
	std::string add_number(double value);
	std::string add_jsonb(std::string_view json);
	std::string add_point_id(const model::PointId &id);
	std::string add_vector(std::span<const float> vector);

	std::string add_texts(std::span<const std::string> texts);
	std::string add_numbers(std::span<const double> numbers);
	std::string add_point_ids(std::span<const model::PointId> ids);
	/* A null pointer is NULL. */
	std::string add_jsonbs(std::span<const std::string *const> texts);
	/* An empty vector is NULL. */
	std::string add_vectors(std::span<const std::span<const float>> vectors);

	size_t size() const { return values_.size(); }
	const std::string &value(size_t i) const { return values_[i]; }

private:
	std::string add(std::string value, std::string_view type);

	TypeOids types_;
	std::vector<std::string> values_;
};

/* What results hold. */
int64_t read_int64(std::string_view bytes);
double read_float8(std::string_view bytes);
model::PointId read_point_id(std::string_view bytes);
std::vector<float> read_vector(std::string_view bytes);
/* Of a vector[]: its elements, one behind the other. */
std::vector<float> read_vector_pieces(std::string_view bytes);

} /* namespace vecext::postgres */
