/*
 * vector_sql.cpp: see vector_sql.h.
 */
#include "shard/vector_sql.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/error.h"

namespace vecext::shard {

using model::Datatype;
using model::Distance;
using model::VectorParams;

namespace {

Datatype datatype_of(const VectorParams &params)
{
	return params.datatype.value_or(Datatype::kFloat32);
}

bool is_half(const VectorParams &params)
{
	return datatype_of(params) != Datatype::kFloat32;
}

bool is_cosine_of_integers(const VectorParams &params)
{
	return params.distance == Distance::kCosine && datatype_of(params) == Datatype::kUint8;
}

const char *operator_of(const VectorParams &params)
{
	switch (params.distance) {
	case Distance::kEuclid:
		return "<->";
	case Distance::kManhattan:
		return "<+>";
	case Distance::kDot:
		return "<#>";
	case Distance::kCosine:
		return is_cosine_of_integers(params) ? "<=>" : "<#>";
	}
	return "<#>";
}

const char *opclass_of(const VectorParams &params)
{
	switch (params.distance) {
	case Distance::kEuclid:
		return "l2_ops";
	case Distance::kManhattan:
		return "l1_ops";
	case Distance::kDot:
		return "ip_ops";
	case Distance::kCosine:
		return is_cosine_of_integers(params) ? "cosine_ops" : "ip_ops";
	}
	return "ip_ops";
}

/* Over the pieces a and b of two wide vectors. */
const char *wide_distance(const VectorParams &params)
{
	switch (params.distance) {
	case Distance::kEuclid:
		return "sqrt(sum(vector_l2_squared_distance(a, b)))";
	case Distance::kManhattan:
		return "sum(a <+> b)";
	case Distance::kDot:
		return "sum(a <#> b)";
	case Distance::kCosine:
		return is_cosine_of_integers(params)
				   ? "1 - sum(inner_product(a, b)) / sqrt(sum(inner_product(a, a)) * sum(inner_product(b, b)))"
				   : "sum(a <#> b)";
	}
	return "sum(a <#> b)";
}

void normalize(model::DenseVector *vector)
{
	float squared = 0;
	for (const float x : *vector)
		squared += x * x;
	if (squared < std::numeric_limits<float>::epsilon() || std::abs(std::sqrt(squared) - 1) <= 1e-6f)
		return;
	const float length = std::sqrt(squared);
	for (float &x : *vector)
		x /= length;
}

std::string dimensions(const VectorParams &params)
{
	return "(" + std::to_string(params.size) + ")";
}

/* Of one vector's code; beyond this a node with many links might not fit a page, and
 * the index's own choice serves better. */
constexpr uint64_t kMaxCodeBytes = 6000;

uint64_t code_bytes(const model::QuantizationConfig &config, uint64_t dimensions)
{
	if (std::holds_alternative<model::ScalarQuantization>(config))
		return dimensions;
	if (const auto *product = std::get_if<model::ProductQuantization>(&config))
		return 4 * dimensions / product->compression;
	return dimensions / 2; /* at most 4 bits */
}

/* RaBitQ codes, which stand for turbo's, know no L1 distance. */
bool has_codes(const model::QuantizationConfig &config, const VectorParams &params)
{
	const bool is_l1 = params.distance == Distance::kManhattan;
	return code_bytes(config, params.size) <= kMaxCodeBytes &&
		   !(is_l1 && std::holds_alternative<model::TurboQuantization>(config));
}

/* Options of an index, as they stand behind others, for each kind of quantization. */
struct QuantizationOptions {
	std::string operator()(const model::ScalarQuantization &scalar) const
	{
		std::string options = ", quantization = scalar";
		if (scalar.quantile)
			options += ", quantile = " + std::to_string(*scalar.quantile);
		return options;
	}

	std::string operator()(const model::ProductQuantization &product) const
	{
		return ", quantization = product, compression = x" + std::to_string(product.compression);
	}

	std::string operator()(const model::BinaryQuantization &binary) const
	{
		constexpr const char *encodings[] = {"one_bit", "two_bits", "one_and_half_bits"};
		constexpr const char *queries[] = {"", "binary", "scalar4", "scalar8"};
		std::string options = ", quantization = binary";
		if (binary.encoding)
			options += std::string(", binary_encoding = ") + encodings[*binary.encoding];
		if (binary.query_encoding.value_or(model::BinaryQuantization::kDefault) != model::BinaryQuantization::kDefault)
			options += std::string(", binary_query_encoding = ") + queries[*binary.query_encoding];
		return options;
	}

	std::string operator()(const model::TurboQuantization &turbo) const
	{
		constexpr const char *bits[] = {"1", "2", "2", "4"};
		return std::string(", code_bits = ") + bits[turbo.bits.value_or(model::TurboQuantization::kBits4)];
	}
};

/* A vector as SQL of the column's type. */
std::string vector_sql(const VectorParams &params, const model::DenseVector &vector, postgres::Parameters *parameters)
{
	if (!is_wide(params))
		return to_column(params, parameters->add_vector(vector));
	std::vector<std::span<const float>> pieces;
	for (size_t at = 0; at < vector.size(); at += kPieceDimensions)
		pieces.emplace_back(vector.data() + at, std::min(kPieceDimensions, vector.size() - at));
	return parameters->add_vectors(pieces);
}

/* Scorers of several vectors as calls of vecquery's constructors. */
struct ScorerSql {
	postgres::Parameters *parameters;

	std::string list(const std::vector<model::DenseVector> &vectors) const
	{
		return parameters->add_vectors(std::vector<std::span<const float>>(vectors.begin(), vectors.end()));
	}

	std::string operator()(const model::DenseVector &vector) const { return parameters->add_vector(vector); }

	std::string operator()(const BestScore &query) const
	{
		const std::string positive = list(query.positive);
		return "vecquery_best_score(" + positive + ", " + list(query.negative) + ")";
	}

	std::string operator()(const SumScores &query) const
	{
		const std::string positive = list(query.positive);
		return "vecquery_sum_scores(" + positive + ", " + list(query.negative) + ")";
	}

	std::string operator()(const Discovery &query) const
	{
		const std::string target = parameters->add_vector(query.target), positive = list(query.positive);
		return "vecquery_discover(" + target + ", " + positive + ", " + list(query.negative) + ")";
	}

	std::string operator()(const Context &query) const
	{
		const std::string positive = list(query.positive);
		return "vecquery_context(" + positive + ", " + list(query.negative) + ")";
	}

	std::string operator()(const Feedback &query) const
	{
		std::string sql = "vecquery_feedback(" + parameters->add_vector(query.target);
		sql += ", " + list(query.examples);
		sql += ", " + parameters->add_numbers(query.scores);
		for (const double coefficient : {query.a, query.b, query.c})
			sql += ", " + parameters->add_number(coefficient);
		return sql + ")";
	}
};

} /* namespace */

bool is_wide(const VectorParams &params)
{
	return params.size > kPieceDimensions;
}

size_t pieces_of(const VectorParams &params)
{
	return (params.size + kPieceDimensions - 1) / kPieceDimensions;
}

std::string column_type(const VectorParams &params)
{
	if (is_wide(params))
		return "vector[]";
	return (is_half(params) ? "halfvec" : "vector") + dimensions(params);
}

std::string to_column(const VectorParams &params, const std::string &vector)
{
	return is_half(params) && !is_wide(params) ? vector + "::halfvec" : vector;
}

std::string from_column(const VectorParams &params, const std::string &column)
{
	return is_half(params) && !is_wide(params) ? column + "::vector" : column;
}

std::string scorer_sql(const VectorParams &params, const VectorScorer &scorer, Evaluated evaluated,
					   postgres::Parameters *parameters)
{
	if (const auto *vector = std::get_if<model::DenseVector>(&scorer))
		return vector_sql(params, *vector, parameters);
	if (is_wide(params))
		throw model::unsupported("A query with several vectors of more than " + std::to_string(kPieceDimensions) +
								 " dimensions");
	const std::string query = std::visit(ScorerSql{parameters}, scorer);
	return evaluated == Evaluated::kOnce ? "(SELECT " + query + ")" : query;
}

std::string distance_sql(const VectorParams &params, const std::string &column, const std::string &query)
{
	if (is_wide(params))
		return std::string("(SELECT ") + wide_distance(params) + " FROM unnest(" + column + ", " + query +
			   ") AS pieces (a, b) HAVING " + column + " IS NOT NULL)";
	return "(" + column + " " + operator_of(params) + " " + query + ")";
}

bool higher_is_better(Distance distance)
{
	return distance == Distance::kCosine || distance == Distance::kDot;
}

bool is_descending(const VectorParams &params, const VectorScorer &scorer)
{
	return !std::holds_alternative<model::DenseVector>(scorer) || higher_is_better(params.distance);
}

float score_of(const VectorParams &params, const VectorScorer &scorer, double distance)
{
	if (!std::holds_alternative<model::DenseVector>(scorer))
		return std::isnan(distance) ? 0 : static_cast<float>(0 - distance);
	if (is_cosine_of_integers(params))
		return std::isnan(distance) ? 0 : static_cast<float>(1 - distance);
	const auto value = static_cast<float>(distance);
	return higher_is_better(params.distance) ? 0 - value : value; /* no negative zero */
}

model::DenseVector as_stored(const VectorParams &params, model::DenseVector vector)
{
	if (vector.size() != params.size)
		throw model::wrong_dimension(params.size, vector.size());
	if (datatype_of(params) == Datatype::kUint8) {
		for (float &x : vector)
			x = std::trunc(std::clamp(x, 0.0f, 255.0f));
	} else if (params.distance == Distance::kCosine) {
		normalize(&vector);
	}
	return vector;
}

std::optional<std::string> index_sql(const VectorColumn &vector,
									 const std::optional<model::QuantizationConfig> &quantization)
{
	if (vector.hnsw.m == 0 || is_wide(vector.params))
		return std::nullopt;
	const uint64_t m = std::clamp<uint64_t>(vector.hnsw.m, 2, 100);
	const uint64_t ef = std::clamp<uint64_t>(vector.hnsw.ef_construct, std::max<uint64_t>(4, 2 * m), 1000);
	std::string sql = "USING hnsw (" + vector.column + " " + (is_half(vector.params) ? "halfvec_" : "vector_") +
					  opclass_of(vector.params) + ") WITH (m = " + std::to_string(m) +
					  ", ef_construction = " + std::to_string(ef);
	const auto &config = vector.params.quantization ? vector.params.quantization : quantization;
	if (config && has_codes(*config, vector.params))
		sql += std::visit(QuantizationOptions(), *config);
	return sql + ")";
}

uint64_t bytes_of(const VectorParams &params)
{
	switch (datatype_of(params)) {
	case Datatype::kFloat32:
		return params.size * 4;
	case Datatype::kFloat16:
		return params.size * 2;
	case Datatype::kUint8:
		return params.size;
	case Datatype::kTurbo4:
		return (params.size + 1) / 2;
	}
	return params.size * 4;
}

} /* namespace vecext::shard */
