/*
 * inputs.cpp: see inputs.h.
 */
#include "collection/query/inputs.h"

#include <algorithm>

#include "model/error.h"

namespace vecext::collection::queries {

using model::PointId;
using model::VectorInput;

namespace {

/* Calls visit(input) for every example of a query. */
template <class Visit> struct EachExample {
	const Visit &visit;

	void all(const std::vector<VectorInput> &inputs) const
	{
		for (const VectorInput &input : inputs)
			visit(input);
	}

	void all(const std::vector<model::ContextPair> &pairs) const
	{
		for (const model::ContextPair &pair : pairs) {
			visit(pair.positive);
			visit(pair.negative);
		}
	}

	void operator()(const model::NearestQuery &query) const { visit(query.vector); }
	void operator()(const model::RecommendQuery &query) const
	{
		all(query.positive);
		all(query.negative);
	}
	void operator()(const model::DiscoverQuery &query) const
	{
		visit(query.target);
		all(query.context);
	}
	void operator()(const model::ContextQuery &query) const { all(query.context); }
	void operator()(const model::RelevanceFeedbackQuery &query) const
	{
		visit(query.target);
		for (const auto &item : query.feedback)
			visit(item.example);
	}
	void operator()(const model::OrderByQuery &) const {}
	void operator()(const model::FusionQuery &) const {}
	void operator()(const model::SampleQuery &) const {}
	void operator()(const model::FormulaQuery &) const {}
};

std::vector<PointId> ids_in(const std::optional<model::Query> &query)
{
	std::vector<PointId> ids;
	const auto visit = [&](const VectorInput &input) {
		if (const auto *id = std::get_if<PointId>(&input))
			ids.push_back(*id);
	};
	if (query)
		std::visit(EachExample<decltype(visit)>{visit}, *query);
	return ids;
}

void make_unique(std::vector<PointId> *ids)
{
	std::sort(ids->begin(), ids->end());
	ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

model::DenseVector dense(const model::Vector &vector)
{
	if (const auto *dense = std::get_if<model::DenseVector>(&vector))
		return *dense;
	if (std::holds_alternative<model::InferenceInput>(vector))
		throw model::unsupported("Inference");
	if (std::holds_alternative<model::SparseVector>(vector))
		throw model::unsupported("Searching sparse vectors");
	throw model::unsupported("Searching multivectors");
}

} /* namespace */

QueryInputs::QueryInputs(const std::vector<model::QueryRequest> &requests, const PointLookup &lookup)
	: is_searched_(lookup.is_searched)
{
	std::map<Place, std::vector<PointId>> ids;
	for (const model::QueryRequest &request : requests)
		collect(request, &ids);
	for (auto &[place, wanted] : ids) {
		make_unique(&wanted);
		vectors_[place] = lookup.read(place.first.empty() ? nullptr : &place.first, place.second, wanted);
	}
}

QueryInputs::Place QueryInputs::place_of(const std::optional<model::LookupLocation> &lookup_from,
										 const std::string &using_vector) const
{
	if (!lookup_from)
		return {"", using_vector};
	const bool is_searched = is_searched_(lookup_from->collection);
	return {is_searched ? "" : lookup_from->collection, lookup_from->vector.value_or(using_vector)};
}

template <class Level> void QueryInputs::collect(const Level &level, std::map<Place, std::vector<PointId>> *ids) const
{
	const std::vector<PointId> named = ids_in(level.query);
	if (!named.empty()) {
		std::vector<PointId> &list = (*ids)[place_of(level.lookup_from, level.using_vector)];
		list.insert(list.end(), named.begin(), named.end());
	}
	for (const model::Prefetch &prefetch : level.prefetch)
		collect(prefetch, ids);
}

std::vector<PointId> QueryInputs::referenced_ids(const model::QueryRequest &request) const
{
	std::map<Place, std::vector<PointId>> ids;
	collect(request, &ids);
	std::vector<PointId> own;
	for (const auto &[place, list] : ids)
		if (place.first.empty())
			own.insert(own.end(), list.begin(), list.end());
	make_unique(&own);
	return own;
}

std::optional<model::DenseVector> QueryInputs::find(const VectorInput &input,
													const std::optional<model::LookupLocation> &lookup_from,
													const std::string &using_vector) const
{
	const auto *id = std::get_if<PointId>(&input);
	if (!id)
		return dense(std::get<model::Vector>(input));
	const PointVectors &vectors = vectors_.at(place_of(lookup_from, using_vector));
	const auto found = vectors.find(*id);
	return found == vectors.end() ? std::nullopt : std::optional(found->second);
}

model::DenseVector QueryInputs::vector(const VectorInput &input,
									   const std::optional<model::LookupLocation> &lookup_from,
									   const std::string &using_vector) const
{
	if (auto found = find(input, lookup_from, using_vector))
		return std::move(*found);
	throw model::not_found("Vector with name \"" + place_of(lookup_from, using_vector).second + "\" for point");
}

} /* namespace vecext::collection::queries */
