/*
 * vector.h: vectors of points and queries. The name "" is the default vector's.
 */
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/payload.h"

namespace vecext::model {

using DenseVector = std::vector<float>;

struct SparseVector {
	std::vector<uint32_t> indices; /* ascending, unique */
	std::vector<float> values;     /* one for each index */
};

struct MultiVector {
	uint32_t dimension = 0;
	std::vector<float> values; /* row by row */
};

/* A document, image or object that a model is to turn into a vector. */
struct InferenceInput {
	enum Kind : uint8_t { kDocument, kImage, kObject };

	Kind kind = kDocument;
	std::string model;
	std::string text; /* of a document */
	JsonText content; /* of an image or object */
	JsonText options; /* "" when there are none */
};

using Vector = std::variant<DenseVector, SparseVector, MultiVector, InferenceInput>;

using NamedVectors = std::vector<std::pair<std::string, Vector>>;

} /* namespace vecext::model */
