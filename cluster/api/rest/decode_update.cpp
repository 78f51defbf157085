/*
 * decode_update.cpp: operations on points.
 */
#include "api/rest/decode.h"
#include "model/error.h"

namespace vecext::api::rest {

namespace {

void refuse_empty(bool empty)
{
	if (empty)
		throw model::wrong_input("Empty update request");
}

/* `points`, `filter` or both; neither is refused. */
model::PointSelection decode_selection(const Node &node)
{
	model::PointSelection selection;
	if (const auto points = node.field("points")) {
		selection.has_ids = true;
		selection.ids = decode_point_ids(*points);
	}
	selection.filter = optional_filter(node, "filter");
	if (!selection.has_ids && !selection.filter)
		node.malformed("Either list of point ids or filter must be provided");
	if (!selection.filter)
		refuse_empty(selection.ids.empty());
	return selection;
}

std::optional<model::Payload> optional_payload(const Node &object)
{
	const auto field = object.field("payload");
	return field ? std::optional(decode_payload(*field)) : std::nullopt;
}

std::vector<model::Point> decode_points(const Node &node)
{
	std::vector<model::Point> points;
	const simdjson::dom::array values = node.array();
	points.reserve(values.size());
	for (const auto value : values) {
		const Node item = node.element(value, static_cast<int64_t>(points.size()));
		points.push_back({decode_point_id(item.required("id")),
						  decode_point_vectors(item.required("vector", "vectors")), optional_payload(item)});
	}
	return points;
}

void check_column(const Node &node, size_t expected)
{
	const size_t found = node.array().size();
	if (found != expected)
		node.violation("number of ids and " + node.path().substr(node.path().rfind('.') + 1) + " must be equal (" +
					   std::to_string(expected) + " != " + std::to_string(found) + ")");
}

/* The columns of a batch: either one list of vectors, or lists by name. */
void take_vectors(const Node &node, std::string_view name, std::vector<model::Point> &points)
{
	check_column(node, points.size());
	size_t i = 0;
	for (const auto value : node.array()) {
		if (i == points.size())
			return;
		const Node item = node.element(value, static_cast<int64_t>(i));
		if (!item.is_null())
			points[i].vectors.emplace_back(name, decode_vector(item));
		i++;
	}
}

void take_payloads(const Node &node, std::vector<model::Point> &points)
{
	check_column(node, points.size());
	size_t i = 0;
	for (const auto value : node.array()) {
		if (i == points.size())
			return;
		const Node item = node.element(value, static_cast<int64_t>(i));
		if (!item.is_null())
			points[i].payload = decode_payload(item);
		i++;
	}
}

std::vector<model::Point> decode_columns(const Node &node)
{
	std::vector<model::Point> points;
	for (const model::PointId &id : decode_point_ids(node.required("ids")))
		points.push_back({id, {}, std::nullopt});
	const Node vectors = node.required("vectors");
	if (vectors.is_array())
		take_vectors(vectors, "", points);
	else
		for (const auto &[name, value] : vectors.object())
			take_vectors(vectors.member(value, name), name, points);
	if (const auto payloads = node.field("payloads"))
		take_payloads(*payloads, points);
	return points;
}

model::UpdateOperation decode_operation(const Node &node)
{
	if (const auto upsert = node.field("upsert"))
		return decode_upsert(*upsert);
	if (const auto points = node.field("delete"))
		return decode_delete(*points);
	if (const auto payload = node.field("set_payload"))
		return decode_set_payload(*payload);
	if (const auto payload = node.field("overwrite_payload"))
		return decode_overwrite_payload(*payload);
	if (const auto payload = node.field("delete_payload"))
		return decode_delete_payload(*payload);
	if (const auto payload = node.field("clear_payload"))
		return decode_clear_payload(*payload);
	if (const auto vectors = node.field("update_vectors"))
		return decode_update_vectors(*vectors);
	if (const auto vectors = node.field("delete_vectors"))
		return decode_delete_vectors(*vectors);
	node.malformed("data did not match any variant of untagged enum UpdateOperation");
}

} /* namespace */

model::UpsertPoints decode_upsert(const Node &node)
{
	model::UpsertPoints upsert;
	if (const auto batch = node.field("batch"))
		upsert.points = decode_columns(*batch);
	else
		upsert.points = decode_points(node.required("points"));
	refuse_empty(upsert.points.empty());
	upsert.update_filter = optional_filter(node, "update_filter");
	if (const auto mode = node.field("update_mode"))
		upsert.mode = static_cast<model::UpdateMode>(mode->word({"upsert", "insert_only", "update_only"}));
	upsert.shard_key = optional_shard_key(node);
	return upsert;
}

model::DeletePoints decode_delete(const Node &node)
{
	return {decode_selection(node), optional_shard_key(node)};
}

model::SetPayload decode_set_payload(const Node &node)
{
	model::SetPayload set;
	set.payload = decode_payload(node.required("payload"));
	set.selection = decode_selection(node);
	set.key = optional_text(node, "key");
	if (set.key)
		check_payload_path(node, *set.key);
	set.shard_key = optional_shard_key(node);
	return set;
}

model::OverwritePayload decode_overwrite_payload(const Node &node)
{
	return {decode_payload(node.required("payload")), decode_selection(node), optional_shard_key(node)};
}

model::DeletePayload decode_delete_payload(const Node &node)
{
	model::DeletePayload remove;
	const Node keys = node.required("keys");
	for (const auto value : keys.array()) {
		const Node key = keys.element(value, static_cast<int64_t>(remove.keys.size()));
		check_payload_path(key, key.text());
		remove.keys.emplace_back(key.text());
	}
	remove.selection = decode_selection(node);
	remove.shard_key = optional_shard_key(node);
	return remove;
}

model::ClearPayload decode_clear_payload(const Node &node)
{
	return {decode_selection(node), optional_shard_key(node)};
}

model::UpdateVectors decode_update_vectors(const Node &node)
{
	model::UpdateVectors update;
	const Node points = node.required("points");
	for (const auto value : points.array()) {
		const Node item = points.element(value, static_cast<int64_t>(update.points.size()));
		update.points.push_back(
			{decode_point_id(item.required("id")), decode_point_vectors(item.required("vector", "vectors"))});
	}
	if (update.points.empty())
		points.violation("length must be 1 or larger");
	update.update_filter = optional_filter(node, "update_filter");
	update.shard_key = optional_shard_key(node);
	return update;
}

model::DeleteVectors decode_delete_vectors(const Node &node)
{
	model::DeleteVectors remove;
	const Node names = node.required("vector", "vectors");
	for (const auto value : names.array())
		remove.names.emplace_back(names.element(value, static_cast<int64_t>(remove.names.size())).text());
	if (remove.names.empty())
		names.violation("length must be 1 or larger");
	remove.selection = decode_selection(node);
	remove.shard_key = optional_shard_key(node);
	return remove;
}

std::vector<model::UpdateOperation> decode_update_batch(const Node &node)
{
	std::vector<model::UpdateOperation> operations;
	const Node list = node.required("operations");
	for (const auto value : list.array())
		operations.push_back(decode_operation(list.element(value, static_cast<int64_t>(operations.size()))));
	return operations;
}

} /* namespace vecext::api::rest */
