/*
 * decode_read.cpp: reads that are no searches.
 */
#include "api/grpc/decode_parts.h"
#include "vecext/filter/datetime.h"

namespace vecext::api::grpc {

namespace {

std::vector<std::string> decode_paths(const google::protobuf::RepeatedPtrField<std::string> &fields, const Place &place)
{
	std::vector<std::string> paths;
	for (const std::string &path : fields)
		paths.push_back(checked_path(path, place.at(paths.size())));
	return paths;
}

std::string checked_datetime(const std::string &text, const Place &place)
{
	int64_t ignored;
	if (!filter::read_datetime(text, &ignored))
		place.malformed("`" + text + "` is not a datetime");
	return text;
}

std::variant<int64_t, double, std::string> decode_start_from(const pb::StartFrom &start, const Place &place)
{
	switch (start.value_case()) {
	case pb::StartFrom::kFloat:
		return start.float_();
	case pb::StartFrom::kInteger:
		return start.integer();
	case pb::StartFrom::kTimestamp:
		return decode_timestamp(start.timestamp(), place.in("timestamp"));
	case pb::StartFrom::kDatetime:
		return checked_datetime(start.datetime(), place.in("datetime"));
	case pb::StartFrom::VALUE_NOT_SET:
		break;
	}
	place.malformed("missing value");
}

} /* namespace */

std::optional<model::ReadConsistency> decode_consistency(const pb::ReadConsistency &consistency, const Place &place)
{
	using Consistency = model::ReadConsistency;
	constexpr Consistency::Kind kinds[] = {Consistency::kAll, Consistency::kMajority, Consistency::kQuorum};
	switch (consistency.value_case()) {
	case pb::ReadConsistency::kType:
		return Consistency{kinds[place.in("type").between(uint64_t(consistency.type()), 0, 2) % 3], 0};
	case pb::ReadConsistency::kFactor:
		return Consistency{Consistency::kFactor, place.in("factor").at_least(uint64_t(consistency.factor()), 1)};
	case pb::ReadConsistency::VALUE_NOT_SET:
		break;
	}
	return std::nullopt;
}

model::PayloadSelection decode_with_payload(const pb::WithPayloadSelector &selector, const Place &place)
{
	using Selection = model::PayloadSelection;
	switch (selector.selector_options_case()) {
	case pb::WithPayloadSelector::kEnable:
		return {selector.enable() ? Selection::kAll : Selection::kNone, {}};
	case pb::WithPayloadSelector::kInclude:
		return {Selection::kInclude, decode_paths(selector.include().fields(), place.in("include"))};
	case pb::WithPayloadSelector::kExclude:
		return {Selection::kExclude, decode_paths(selector.exclude().fields(), place.in("exclude"))};
	case pb::WithPayloadSelector::SELECTOR_OPTIONS_NOT_SET:
		break;
	}
	place.malformed("missing selector");
}

model::VectorSelection decode_with_vectors(const pb::WithVectorsSelector &selector, const Place &place)
{
	using Selection = model::VectorSelection;
	switch (selector.selector_options_case()) {
	case pb::WithVectorsSelector::kEnable:
		return {selector.enable() ? Selection::kAll : Selection::kNone, {}};
	case pb::WithVectorsSelector::kInclude:
		return {Selection::kNamed, {selector.include().names().begin(), selector.include().names().end()}};
	case pb::WithVectorsSelector::SELECTOR_OPTIONS_NOT_SET:
		break;
	}
	place.malformed("missing selector");
}

model::OrderBy decode_order_by(const pb::OrderBy &message, const Place &place)
{
	model::OrderBy order;
	order.key = checked_path(message.key(), place.in("key"));
	order.direction =
		message.direction() == pb::Desc ? model::OrderDirection::kDescending : model::OrderDirection::kAscending;
	if (message.has_start_from())
		order.start_from = decode_start_from(message.start_from(), place.in("start_from"));
	return order;
}

model::RetrieveRequest decode_retrieve(const pb::GetPoints &message, const Place &place)
{
	model::RetrieveRequest request;
	request.ids = decode_point_ids(message.ids(), place.in("ids"));
	decode_selections(message, place, request);
	request.shard_key = shard_key_of(message, place);
	return request;
}

model::ScrollRequest decode_scroll(const pb::ScrollPoints &message, const Place &place)
{
	model::ScrollRequest request;
	if (message.has_offset())
		request.offset = decode_point_id(message.offset(), place.in("offset"));
	if (message.has_limit())
		request.limit = place.in("limit").at_least(uint64_t(message.limit()), 1);
	request.filter = filter_of(message, place);
	decode_selections(message, place, request);
	if (message.has_order_by())
		request.order_by = decode_order_by(message.order_by(), place.in("order_by"));
	request.shard_key = shard_key_of(message, place);
	return request;
}

model::CountRequest decode_count(const pb::CountPoints &message, const Place &place)
{
	model::CountRequest request;
	request.filter = filter_of(message, place);
	if (message.has_exact())
		request.exact = message.exact();
	request.shard_key = shard_key_of(message, place);
	return request;
}

model::FacetRequest decode_facet(const pb::FacetCounts &message, const Place &place)
{
	model::FacetRequest request;
	request.key = checked_path(message.key(), place.in("key"));
	if (message.has_limit())
		request.limit = place.in("limit").at_least(uint64_t(message.limit()), 1);
	request.filter = filter_of(message, place);
	request.exact = message.exact();
	request.shard_key = shard_key_of(message, place);
	return request;
}

model::MatrixRequest decode_matrix(const pb::SearchMatrixPoints &message, const Place &place)
{
	model::MatrixRequest request;
	request.filter = filter_of(message, place);
	if (message.has_sample())
		request.sample = place.in("sample").at_least(uint64_t(message.sample()), 2);
	if (message.has_limit())
		request.limit = place.in("limit").at_least(uint64_t(message.limit()), 1);
	request.using_vector = message.using_();
	request.shard_key = shard_key_of(message, place);
	return request;
}

} /* namespace vecext::api::grpc */
