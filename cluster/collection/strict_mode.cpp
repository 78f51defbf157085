/*
 * strict_mode.cpp: see strict_mode.h.
 */
#include "collection/strict_mode.h"

#include <algorithm>

#include "collection/filter_indexes.h"
#include "model/error.h"

namespace vecext::collection {

using model::PayloadFieldType;

namespace {

[[noreturn]] void refuse(const std::string &problem, const std::string &advice)
{
	throw model::Error(model::ErrorKind::kBadRequest, problem + ". Help: " + advice);
}

std::string text_of(uint64_t value)
{
	return std::to_string(value);
}

std::string text_of(double value)
{
	std::string text = std::to_string(value);
	text.erase(text.find_last_not_of('0') + 1);
	return text.back() == '.' ? text + "0" : text;
}

template <class T> void check_at_most(const char *name, T value, const std::optional<T> &limit)
{
	if (limit && value > *limit)
		refuse("Limit exceeded " + text_of(value) + " > " + text_of(*limit) + " for \"" + name + "\"",
			   std::string("Reduce the \"") + name + "\" parameter to or below " + text_of(*limit) + ".");
}

uint64_t values_in(const model::FieldCondition &condition)
{
	if (!condition.match)
		return 1;
	if (const auto *any = std::get_if<model::MatchAny>(&*condition.match))
		return any->strings.size() + any->integers.size();
	if (const auto *except = std::get_if<model::MatchExcept>(&*condition.match))
		return except->strings.size() + except->integers.size();
	return 1;
}

uint64_t count_all(const std::vector<model::Condition> &conditions)
{
	uint64_t count = 0;
	for (const model::Condition &condition : conditions)
		if (const auto *filter = std::get_if<std::shared_ptr<const model::Filter>>(&condition))
			count += collection::count_conditions(**filter);
		else if (const auto *nested = std::get_if<model::NestedCondition>(&condition))
			count += collection::count_conditions(*nested->filter);
		else
			count++;
	return count;
}

bool compares_vectors(const model::Query &query)
{
	return !std::holds_alternative<model::OrderByQuery>(query) && !std::holds_alternative<model::SampleQuery>(query);
}

} /* namespace */

uint64_t count_conditions(const model::Filter &filter)
{
	return count_all(filter.must) + count_all(filter.should) + count_all(filter.must_not) +
		   (filter.min_should ? count_all(filter.min_should->conditions) : 0);
}

uint64_t count_conditions(const std::optional<model::Filter> &filter)
{
	return filter ? count_conditions(*filter) : 0;
}

StrictMode::StrictMode(const model::CollectionConfig &config, const shard::ShardSchema &schema) : schema_(schema)
{
	if (config.strict_mode && config.strict_mode->enabled.value_or(false))
		limits_ = &*config.strict_mode;
}

void StrictMode::check_timeout(const std::optional<uint64_t> &seconds) const
{
	if (limits_ && seconds)
		check_at_most("timeout", *seconds, limits_->max_timeout);
}

void StrictMode::check_limit(const char *name, uint64_t limit) const
{
	if (limits_)
		check_at_most(name, limit, limits_->max_query_limit);
}

void StrictMode::check_batch(uint64_t searches) const
{
	if (limits_)
		check_at_most("search_max_batchsize", searches, limits_->search_max_batchsize);
}

void StrictMode::check_retrieve_filter(const std::optional<model::Filter> &filter) const
{
	if (limits_ && filter) {
		check_at_most("filter limit", count_conditions(*filter), limits_->filter_max_conditions);
		check_filter(*filter, limits_->unindexed_filtering_retrieve == false);
	}
}

void StrictMode::check_update_filter(const std::optional<model::Filter> &filter) const
{
	if (limits_ && filter) {
		check_at_most("filter limit", count_conditions(*filter), limits_->filter_max_conditions);
		check_filter(*filter, limits_->unindexed_filtering_update == false);
	}
}

void StrictMode::check_filter(const model::Filter &filter, bool needs_indexes) const
{
	check_conditions(filter.must, needs_indexes);
	check_conditions(filter.should, needs_indexes);
	check_conditions(filter.must_not, needs_indexes);
	if (filter.min_should)
		check_conditions(filter.min_should->conditions, needs_indexes);
}

void StrictMode::check_conditions(const std::vector<model::Condition> &conditions, bool needs_indexes) const
{
	for (const model::Condition &condition : conditions)
		check_condition(condition, needs_indexes);
}

void StrictMode::check_condition(const model::Condition &condition, bool needs_indexes) const
{
	if (const auto *field = std::get_if<model::FieldCondition>(&condition))
		check_field(*field, needs_indexes);
	else if (const auto *has_id = std::get_if<model::HasIdCondition>(&condition))
		check_at_most<uint64_t>("condition limit", has_id->ids.size(), limits_->condition_max_size);
	else if (const auto *filter = std::get_if<std::shared_ptr<const model::Filter>>(&condition))
		check_filter(**filter, needs_indexes);
}

void StrictMode::check_field(const model::FieldCondition &condition, bool needs_indexes) const
{
	check_at_most("condition limit", values_in(condition), limits_->condition_max_size);
	if (!needs_indexes)
		return;
	const model::PayloadFieldSchema *index = schema_.payload_index(condition.key);
	for (const WantedIndex &wanted : wanted_indexes(condition))
		check_index_for(condition.key, wanted.names, serves(index, wanted) ? index : nullptr);
}

void StrictMode::check_index_for(const std::string &path, const char *types,
								 const model::PayloadFieldSchema *index) const
{
	if (limits_ && !index)
		refuse("Index required but not found for \"" + path + "\" of one of the following types: [" + types + "]",
			   "Create an index for this key or use a different filter.");
}

void StrictMode::check_search(const model::QueryRequest &request) const
{
	if (limits_)
		check_level(request);
}

template <class Level> void StrictMode::check_level(const Level &level) const
{
	check_limit("limit", level.limit);
	check_retrieve_filter(level.filter);
	if (level.prefetch.empty() && level.query && compares_vectors(*level.query))
		check_search_without_index(level.using_vector);
	if (level.params)
		check_params(*level.params);
	if (const auto *formula = level.query ? std::get_if<model::FormulaQuery>(&*level.query) : nullptr)
		if (limits_->unindexed_filtering_retrieve == false)
			check_expression(formula->formula);
	for (const model::Prefetch &prefetch : level.prefetch)
		check_level(prefetch);
}

void StrictMode::check_search_without_index(const std::string &name) const
{
	const shard::VectorColumn *vector = schema_.find(name);
	const bool has_index = vector && (vector->hnsw.m != 0 || vector->hnsw.payload_m.value_or(0) != 0);
	if (vector && !has_index && limits_->search_allow_exact == false)
		refuse("Request is forbidden on '" + name +
				   "' because global vector indexing is disabled "
				   "(hnsw_config.m = 0)",
			   "Use tenant-specific filter, enable global vector indexing or enable strict mode "
			   "`search_allow_exact` option.");
}

/* Fields of a formula want indexes as those of a filter do. */
void StrictMode::check_expression(const model::Expression &expression) const
{
	const auto check = [this](const std::string &path, std::initializer_list<PayloadFieldType> types,
							  const char *names) {
		const model::PayloadFieldSchema *index = schema_.payload_index(path);
		if (!index || std::find(types.begin(), types.end(), index->type) == types.end())
			refuse("Index required but not found for \"" + path + "\" of one of the following types: [" + names + "]",
				   "Create an index for this key or use a different formula expression.");
	};
	if (const auto *variable = std::get_if<model::VariableExpression>(&expression.value)) {
		if (!variable->name.starts_with('$'))
			check(variable->name, {PayloadFieldType::kInteger, PayloadFieldType::kFloat}, "integer, float");
	} else if (const auto *distance = std::get_if<model::GeoDistanceExpression>(&expression.value)) {
		check(distance->to, {PayloadFieldType::kGeo}, "geo");
	} else if (const auto *datetime = std::get_if<model::DatetimeKeyExpression>(&expression.value)) {
		check(datetime->key, {PayloadFieldType::kDatetime}, "datetime");
	} else if (const auto *condition = std::get_if<model::ConditionExpression>(&expression.value)) {
		check_condition(*condition->condition, true);
	}
	for (const model::Expression &operand : model::operands_of(expression))
		check_expression(operand);
}

void StrictMode::check_groups(const model::QueryGroupsRequest &request) const
{
	if (!limits_)
		return;
	uint64_t points;
	if (__builtin_mul_overflow(request.query.limit, request.group_size, &points))
		points = UINT64_MAX;
	check_limit("limit", points);
	check_level(request.query);
	if (limits_->unindexed_filtering_retrieve != false)
		return;
	const model::PayloadFieldSchema *index = schema_.payload_index(request.group_by);
	const bool serves = index && (index->type == PayloadFieldType::kKeyword ||
								  index->type == PayloadFieldType::kInteger || index->type == PayloadFieldType::kUuid);
	check_index_for(request.group_by, "keyword, integer, uuid", serves ? index : nullptr);
}

void StrictMode::check_matrix(const model::MatrixRequest &request) const
{
	check_limit("limit", request.limit);
	check_limit("sample", request.sample);
	check_retrieve_filter(request.filter);
}

void StrictMode::check_params(const model::SearchParams &params) const
{
	if (params.exact && limits_->search_allow_exact == false)
		refuse("Exact search disabled", "Set \"exact\"=false.");
	if (params.hnsw_ef)
		check_at_most("hnsw_ef", *params.hnsw_ef, limits_->search_max_hnsw_ef);
	if (params.quantization && params.quantization->oversampling)
		check_at_most("oversampling", *params.quantization->oversampling, limits_->search_max_oversampling);
}

void StrictMode::check_update(const model::UpdateOperation &operation, uint64_t points) const
{
	if (!limits_)
		return;
	if (const auto *upsert = std::get_if<model::UpsertPoints>(&operation)) {
		check_at_most<uint64_t>("upsert limit", upsert->points.size(), limits_->upsert_max_batchsize);
		check_update_filter(upsert->update_filter);
		if (limits_->max_points_count && points >= *limits_->max_points_count)
			refuse("Max points count limit of " + text_of(*limits_->max_points_count) + " reached!",
				   "Please delete points to continue.");
		return;
	}
	if (const auto *vectors = std::get_if<model::UpdateVectors>(&operation)) {
		check_at_most<uint64_t>("update limit", vectors->points.size(), limits_->upsert_max_batchsize);
		check_update_filter(vectors->update_filter);
		return;
	}
	std::visit(
		[this](const auto &request) {
			if constexpr (requires { request.selection; })
				check_update_filter(request.selection.filter);
		},
		operation);
}

void StrictMode::check_new_index(uint64_t indexes) const
{
	if (limits_ && limits_->max_payload_index_count && indexes >= *limits_->max_payload_index_count)
		refuse("Collection already has the maximum number of payload indices (" +
				   text_of(*limits_->max_payload_index_count) + ")",
			   "Please delete an existing index before creating a new one.");
}

void StrictMode::check_memory(const std::optional<uint8_t> &used) const
{
	if (limits_ && used && limits_->max_resident_memory_percent && *used >= *limits_->max_resident_memory_percent)
		refuse("Max resident memory limit of " + text_of(*limits_->max_resident_memory_percent) + "% reached!",
			   "Please delete points to continue.");
}

void StrictMode::check_storage(uint64_t vector_bytes, uint64_t payload_bytes) const
{
	constexpr uint64_t megabyte = 1024 * 1024;
	const auto check = [](const char *what, uint64_t bytes, const std::optional<uint64_t> &limit) {
		if (limit && bytes >= *limit)
			refuse(std::string("Max ") + what + " storage size limit of " + text_of(*limit / megabyte) + "MB reached!",
				   "Please delete points to continue.");
	};
	if (!limits_)
		return;
	check("vector", vector_bytes, limits_->max_collection_vector_size_bytes);
	check("payload", payload_bytes, limits_->max_collection_payload_size_bytes);
}

} /* namespace vecext::collection */
