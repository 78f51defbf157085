/*
 * strict_mode.h: the limits of a collection in strict mode.
 *
 * Every check throws kBadRequest: "<problem>. Help: <advice>". Without strict mode,
 * or without the limit in question, it does nothing.
 */
#pragma once

#include <optional>

#include "model/collection_config.h"
#include "model/query.h"
#include "model/update.h"
#include "shard/shard_schema.h"

namespace vecext::collection {

/* Conditions that are no filters themselves, at all depths. */
uint64_t count_conditions(const model::Filter &filter);
uint64_t count_conditions(const std::optional<model::Filter> &filter);

class StrictMode {
public:
	StrictMode(const model::CollectionConfig &config, const shard::ShardSchema &schema);

	/* Null when strict mode is off. */
	const model::StrictModeConfig *limits() const { return limits_; }

	void check_timeout(const std::optional<uint64_t> &seconds) const;
	void check_limit(const char *name, uint64_t limit) const;
	void check_batch(uint64_t searches) const;
	void check_retrieve_filter(const std::optional<model::Filter> &filter) const;
	void check_update_filter(const std::optional<model::Filter> &filter) const;
	void check_search(const model::QueryRequest &request) const;
	/* As a search for groups x group_size points. */
	void check_groups(const model::QueryGroupsRequest &request) const;
	void check_matrix(const model::MatrixRequest &request) const;
	void check_index_for(const std::string &path, const char *types, const model::PayloadFieldSchema *index) const;
	void check_update(const model::UpdateOperation &operation, uint64_t points) const;
	void check_new_index(uint64_t indexes) const;

	/* For what adds data: percent of the node's memory that is in use. */
	void check_memory(const std::optional<uint8_t> &used) const;

	/* For what adds data: sizes in bytes. */
	void check_storage(uint64_t vector_bytes, uint64_t payload_bytes) const;

private:
	void check_filter(const model::Filter &filter, bool needs_indexes) const;
	void check_conditions(const std::vector<model::Condition> &conditions, bool needs_indexes) const;
	void check_condition(const model::Condition &condition, bool needs_indexes) const;
	void check_field(const model::FieldCondition &condition, bool needs_indexes) const;
	/* Of a query or a prefetch, with those within. */
	template <class Level> void check_level(const Level &level) const;
	void check_search_without_index(const std::string &vector) const;
	void check_expression(const model::Expression &expression) const;
	void check_params(const model::SearchParams &params) const;

	const model::StrictModeConfig *limits_ = nullptr;
	const shard::ShardSchema &schema_;
};

} /* namespace vecext::collection */
