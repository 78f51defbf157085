/*
 * decode_update.cpp: operations on points. Those of a batch have the fields of the
 * single requests under the same names, so that one function serves both.
 */
#include "api/grpc/decode_parts.h"
#include "model/error.h"

namespace vecext::api::grpc {

namespace {

using Operation = pb::PointsUpdateOperation;

void refuse_empty(bool empty)
{
	if (empty)
		throw model::wrong_input("Empty update request");
}

model::PointSelection decode_selection(const pb::PointsSelector &selector, const Place &place)
{
	model::PointSelection selection;
	switch (selector.points_selector_one_of_case()) {
	case pb::PointsSelector::kPoints:
		selection.has_ids = true;
		selection.ids = decode_point_ids(selector.points().ids(), place.in("points"));
		refuse_empty(selection.ids.empty());
		return selection;
	case pb::PointsSelector::kFilter:
		selection.filter = decode_filter(selector.filter(), place.in("filter"));
		return selection;
	case pb::PointsSelector::POINTS_SELECTOR_ONE_OF_NOT_SET:
		break;
	}
	place.malformed("Either list of point ids or filter must be provided");
}

model::Point decode_point(const pb::PointStruct &point, const Place &place)
{
	model::Point decoded{decode_point_id(point.id(), place.in("id")),
						 decode_point_vectors(point.vectors(), place.in("vectors")), std::nullopt};
	if (!point.payload().empty())
		decoded.payload = decode_payload(point.payload(), place.in("payload"));
	return decoded;
}

template <class Request> model::UpsertPoints upsert(const Request &request, const Place &place)
{
	model::UpsertPoints upsert;
	upsert.points.reserve(static_cast<size_t>(request.points_size()));
	for (const pb::PointStruct &point : request.points())
		upsert.points.push_back(decode_point(point, place.in("points").at(upsert.points.size())));
	refuse_empty(upsert.points.empty());
	if (request.has_update_filter())
		upsert.update_filter = decode_filter(request.update_filter(), place.in("update_filter"));
	upsert.mode =
		static_cast<model::UpdateMode>(place.in("update_mode").between(uint64_t(request.update_mode()), 0, 2));
	upsert.shard_key = shard_key_of(request, place);
	return upsert;
}

template <class Request> model::UpdateVectors update_vectors(const Request &request, const Place &place)
{
	model::UpdateVectors update;
	for (const pb::PointVectors &point : request.points()) {
		const Place list = place.in("points"), here = list.at(update.points.size());
		update.points.push_back(
			{decode_point_id(point.id(), here.in("id")), decode_point_vectors(point.vectors(), here.in("vectors"))});
	}
	if (update.points.empty())
		place.in("points").violation("length must be 1 or larger");
	if (request.has_update_filter())
		update.update_filter = decode_filter(request.update_filter(), place.in("update_filter"));
	update.shard_key = shard_key_of(request, place);
	return update;
}

template <class Request> model::DeleteVectors delete_vectors(const Request &request, const Place &place)
{
	model::DeleteVectors remove;
	remove.names.assign(request.vectors().names().begin(), request.vectors().names().end());
	if (remove.names.empty())
		place.in("vectors").violation("length must be 1 or larger");
	remove.selection = decode_selection(request.points_selector(), place.in("points_selector"));
	remove.shard_key = shard_key_of(request, place);
	return remove;
}

template <class Request> model::SetPayload set_payload(const Request &request, const Place &place)
{
	model::SetPayload set;
	set.payload = decode_payload(request.payload(), place.in("payload"));
	set.selection = decode_selection(request.points_selector(), place.in("points_selector"));
	if (request.has_key())
		set.key = checked_path(request.key(), place.in("key"));
	set.shard_key = shard_key_of(request, place);
	return set;
}

template <class Request> model::OverwritePayload overwrite_payload(const Request &request, const Place &place)
{
	return {decode_payload(request.payload(), place.in("payload")),
			decode_selection(request.points_selector(), place.in("points_selector")), shard_key_of(request, place)};
}

template <class Request> model::DeletePayload delete_payload(const Request &request, const Place &place)
{
	model::DeletePayload remove;
	for (const std::string &key : request.keys())
		remove.keys.push_back(checked_path(key, place.in("keys").at(remove.keys.size())));
	remove.selection = decode_selection(request.points_selector(), place.in("points_selector"));
	remove.shard_key = shard_key_of(request, place);
	return remove;
}

/* Requests whose selector is called `points`. */
template <class Removal, class Request> Removal removal(const Request &request, const Place &place)
{
	return {decode_selection(request.points(), place.in("points")), shard_key_of(request, place)};
}

template <class Removal> Removal older_removal(const pb::PointsSelector &selector, const Place &place)
{
	return {decode_selection(selector, place), std::nullopt};
}

model::UpdateOperation decode_operation(const Operation &operation, const Place &place)
{
	switch (operation.operation_case()) {
	case Operation::kUpsert:
		return upsert(operation.upsert(), place.in("upsert"));
	case Operation::kDeleteDeprecated:
		return older_removal<model::DeletePoints>(operation.delete_deprecated(), place.in("delete_deprecated"));
	case Operation::kSetPayload:
		return set_payload(operation.set_payload(), place.in("set_payload"));
	case Operation::kOverwritePayload:
		return overwrite_payload(operation.overwrite_payload(), place.in("overwrite_payload"));
	case Operation::kDeletePayload:
		return delete_payload(operation.delete_payload(), place.in("delete_payload"));
	case Operation::kClearPayloadDeprecated:
		return older_removal<model::ClearPayload>(operation.clear_payload_deprecated(),
												  place.in("clear_payload_deprecated"));
	case Operation::kUpdateVectors:
		return update_vectors(operation.update_vectors(), place.in("update_vectors"));
	case Operation::kDeleteVectors:
		return delete_vectors(operation.delete_vectors(), place.in("delete_vectors"));
	case Operation::kDeletePoints:
		return removal<model::DeletePoints>(operation.delete_points(), place.in("delete_points"));
	case Operation::kClearPayload:
		return removal<model::ClearPayload>(operation.clear_payload(), place.in("clear_payload"));
	case Operation::OPERATION_NOT_SET:
		break;
	}
	place.malformed("empty operation");
}

} /* namespace */

model::UpsertPoints decode_upsert(const pb::UpsertPoints &request, const Place &place)
{
	return upsert(request, place);
}

model::DeletePoints decode_delete(const pb::DeletePoints &request, const Place &place)
{
	return removal<model::DeletePoints>(request, place);
}

model::UpdateVectors decode_update_vectors(const pb::UpdatePointVectors &request, const Place &place)
{
	return update_vectors(request, place);
}

model::DeleteVectors decode_delete_vectors(const pb::DeletePointVectors &request, const Place &place)
{
	return delete_vectors(request, place);
}

model::SetPayload decode_set_payload(const pb::SetPayloadPoints &request, const Place &place)
{
	return set_payload(request, place);
}

model::OverwritePayload decode_overwrite_payload(const pb::SetPayloadPoints &request, const Place &place)
{
	return overwrite_payload(request, place);
}

model::DeletePayload decode_delete_payload(const pb::DeletePayloadPoints &request, const Place &place)
{
	return delete_payload(request, place);
}

model::ClearPayload decode_clear_payload(const pb::ClearPayloadPoints &request, const Place &place)
{
	return removal<model::ClearPayload>(request, place);
}

std::vector<model::UpdateOperation> decode_update_batch(const pb::UpdateBatchPoints &request, const Place &place)
{
	std::vector<model::UpdateOperation> operations;
	for (const Operation &operation : request.operations())
		operations.push_back(decode_operation(operation, place.in("operations").at(operations.size())));
	if (operations.empty())
		place.in("operations").violation("length must be 1 or larger");
	return operations;
}

} /* namespace vecext::api::grpc */
