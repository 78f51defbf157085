/*
 * inputs.h: the points that queries name by their ids: collected from all levels of
 * all requests of a call, read in one go for each collection and vector, and handed
 * out as vectors.
 */
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/query.h"

namespace vecext::collection::queries {

/* Vectors of stored points; points without the vector are not in it. */
using PointVectors = std::map<model::PointId, model::DenseVector>;

struct PointLookup {
	/* `collection`: as lookup_from names it, null for the searched one. Throws
	 * point_not_found for an id that does not exist. */
	std::function<PointVectors(const std::string *collection, const std::string &vector,
							   const std::vector<model::PointId> &ids)>
		read;
	/* Whether that name is the searched collection's. */
	std::function<bool(const std::string &collection)> is_searched;
};

class QueryInputs {
public:
	/* Reads all vectors that are named. */
	QueryInputs(const std::vector<model::QueryRequest> &requests, const PointLookup &lookup);

	/* Of the searched collection, in this request or its prefetches. */
	std::vector<model::PointId> referenced_ids(const model::QueryRequest &request) const;

	/* Nothing for a point without the vector. Throws unsupported for what is no
	 * dense vector. */
	std::optional<model::DenseVector> find(const model::VectorInput &input,
										   const std::optional<model::LookupLocation> &lookup_from,
										   const std::string &using_vector) const;

	/* As find(), but a point without the vector is not_found. */
	model::DenseVector vector(const model::VectorInput &input, const std::optional<model::LookupLocation> &lookup_from,
							  const std::string &using_vector) const;

private:
	/* Of the collection ("" for the searched one) and its vector. */
	using Place = std::pair<std::string, std::string>;

	Place place_of(const std::optional<model::LookupLocation> &lookup_from, const std::string &using_vector) const;
	template <class Level> void collect(const Level &level, std::map<Place, std::vector<model::PointId>> *ids) const;

	std::function<bool(const std::string &)> is_searched_;
	std::map<Place, PointVectors> vectors_;
};

} /* namespace vecext::collection::queries */
