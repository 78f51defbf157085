/*
 * decode_read.cpp: reads that are no searches.
 */
#include "api/rest/decode.h"
#include "vecext/filter/datetime.h"

namespace vecext::api::rest {

namespace {

std::vector<std::string> decode_paths(const Node &node)
{
	std::vector<std::string> paths;
	for (const auto value : node.array()) {
		const Node path = node.element(value, static_cast<int64_t>(paths.size()));
		check_payload_path(path, path.text());
		paths.emplace_back(path.text());
	}
	return paths;
}

void refuse_other_keys(const Node &node, std::string_view known)
{
	for (const auto &[key, value] : node.object())
		if (key != known)
			node.malformed("unknown field `" + std::string(key) + "`, expected `" + std::string(known) + "`");
}

std::variant<int64_t, double, std::string> decode_start_from(const Node &node)
{
	if (node.is_string()) {
		int64_t ignored;
		if (!vecext::filter::read_datetime(node.text(), &ignored))
			node.malformed("`" + std::string(node.text()) + "` is neither a number nor a datetime");
		return std::string(node.text());
	}
	int64_t integer;
	if (!node.value().get(integer))
		return integer;
	return node.number();
}

} /* namespace */

model::PayloadSelection decode_with_payload(const Node &node)
{
	using Selection = model::PayloadSelection;
	if (node.is_bool())
		return {node.boolean() ? Selection::kAll : Selection::kNone, {}};
	if (node.is_array())
		return {Selection::kInclude, decode_paths(node)};
	if (const auto include = node.field("include")) {
		refuse_other_keys(node, "include");
		return {Selection::kInclude, decode_paths(*include)};
	}
	if (const auto exclude = node.field("exclude")) {
		refuse_other_keys(node, "exclude");
		return {Selection::kExclude, decode_paths(*exclude)};
	}
	node.malformed("data did not match any variant of untagged enum WithPayloadInterface");
}

model::VectorSelection decode_with_vectors(const Node &node)
{
	using Selection = model::VectorSelection;
	if (node.is_bool())
		return {node.boolean() ? Selection::kAll : Selection::kNone, {}};
	Selection selection{Selection::kNamed, {}};
	for (const auto value : node.array())
		selection.names.emplace_back(node.element(value, static_cast<int64_t>(selection.names.size())).text());
	return selection;
}

model::OrderBy decode_order_by(const Node &node)
{
	model::OrderBy order;
	if (node.is_string()) {
		check_payload_path(node, node.text());
		order.key = node.text();
		return order;
	}
	const Node key = node.required("key");
	check_payload_path(key, key.text());
	order.key = key.text();
	if (const auto direction = node.field("direction"))
		order.direction = static_cast<model::OrderDirection>(direction->word({"asc", "desc"}));
	if (const auto start = node.field("start_from"))
		order.start_from = decode_start_from(*start);
	return order;
}

model::RetrieveRequest decode_retrieve(const Node &node)
{
	const Node inner = node.within("internal");
	model::RetrieveRequest request;
	request.ids = decode_point_ids(inner.required("ids"));
	if (const auto payload = inner.field("with_payload"))
		request.with_payload = decode_with_payload(*payload);
	if (const auto vectors = inner.field("with_vector", "with_vectors"))
		request.with_vectors = decode_with_vectors(*vectors);
	request.shard_key = optional_shard_key(node);
	return request;
}

model::ScrollRequest decode_scroll(const Node &node)
{
	const Node inner = node.within("internal");
	model::ScrollRequest request;
	if (const auto offset = inner.field("offset"))
		request.offset = decode_point_id(*offset);
	if (const auto limit = inner.field("limit"))
		request.limit = limit->at_least(1);
	request.filter = optional_filter(inner);
	if (const auto payload = inner.field("with_payload"))
		request.with_payload = decode_with_payload(*payload);
	if (const auto vectors = inner.field("with_vector", "with_vectors"))
		request.with_vectors = decode_with_vectors(*vectors);
	if (const auto order = inner.field("order_by"))
		request.order_by = decode_order_by(*order);
	request.shard_key = optional_shard_key(node);
	return request;
}

model::CountRequest decode_count(const Node &node)
{
	model::CountRequest request;
	request.filter = optional_filter(node);
	request.exact = optional_bool(node, "exact").value_or(true);
	request.shard_key = optional_shard_key(node);
	return request;
}

model::FacetRequest decode_facet(const Node &node)
{
	model::FacetRequest request;
	const Node key = node.required("key");
	check_payload_path(key, key.text());
	request.key = key.text();
	if (const auto limit = node.field("limit"))
		request.limit = limit->at_least(1);
	request.filter = optional_filter(node);
	request.exact = optional_bool(node, "exact").value_or(false);
	request.shard_key = optional_shard_key(node);
	return request;
}

model::MatrixRequest decode_matrix(const Node &node)
{
	model::MatrixRequest request;
	request.filter = optional_filter(node);
	if (const auto sample = node.field("sample"))
		request.sample = sample->at_least(2);
	if (const auto limit = node.field("limit"))
		request.limit = limit->at_least(1);
	request.using_vector = optional_text(node, "using").value_or("");
	request.shard_key = optional_shard_key(node);
	return request;
}

} /* namespace vecext::api::rest */
