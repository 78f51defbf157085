/*
 * filter_sql.cpp: see filter_sql.h.
 */
#include "shard/filter_sql.h"

#include <type_traits>

#include "model/stored_json.h"
#include "postgres/sql_text.h"

namespace vecext::shard {

using model::append_json_number;
using model::append_json_string;

namespace {

/* ---- values as JSON ---- */

class JsonObject {
public:
	JsonObject &key(std::string_view name)
	{
		text_ += text_.size() > 1 ? "," : "";
		append_json_string(&text_, name);
		text_ += ':';
		return *this;
	}
	JsonObject &raw(std::string_view name, const std::string &json)
	{
		key(name).text_ += json;
		return *this;
	}
	std::string done() { return text_ + "}"; }

private:
	std::string text_ = "{";
};

std::string json_of(const std::string &text)
{
	std::string json;
	append_json_string(&json, text);
	return json;
}

std::string json_of(double value)
{
	std::string json;
	append_json_number(&json, value);
	return json;
}

std::string json_of(int64_t value)
{
	return std::to_string(value);
}

std::string json_of(uint64_t value)
{
	return std::to_string(value);
}

std::string json_of(bool value)
{
	return value ? "true" : "false";
}

std::string json_of(const model::GeoPoint &point)
{
	return JsonObject().raw("lon", json_of(point.lon)).raw("lat", json_of(point.lat)).done();
}

template <class T, class Render> std::string json_list(const std::vector<T> &items, Render &&render)
{
	std::string json = "[";
	for (const T &item : items)
		json += (json.size() > 1 ? "," : "") + render(item);
	return json + "]";
}

template <class T> std::string json_list(const std::vector<T> &items)
{
	return json_list(items, [](const T &item) { return json_of(item); });
}

template <class T> std::string json_of(const model::Bounds<T> &bounds)
{
	JsonObject object;
	const std::pair<const char *, const std::optional<T> *> all[] = {
		{"gt", &bounds.gt}, {"gte", &bounds.gte}, {"lt", &bounds.lt}, {"lte", &bounds.lte}};
	for (const auto &[name, bound] : all)
		if (*bound)
			object.raw(name, json_of(**bound));
	return object.done();
}

std::string json_of(const model::GeoBoundingBox &box)
{
	return JsonObject().raw("top_left", json_of(box.top_left)).raw("bottom_right", json_of(box.bottom_right)).done();
}

std::string json_of(const model::GeoRadius &circle)
{
	return JsonObject().raw("center", json_of(circle.center)).raw("radius", json_of(circle.radius)).done();
}

std::string ring(const std::vector<model::GeoPoint> &points)
{
	return JsonObject().raw("points", json_list(points)).done();
}

std::string json_of(const model::GeoPolygon &polygon)
{
	return JsonObject()
		.raw("exterior", ring(polygon.exterior))
		.raw("interiors", json_list(polygon.interiors, ring))
		.done();
}

/* ---- tests of a field: the name of payload_test(), and the value ---- */

struct Test {
	std::string name;
	std::string value;
	const char *key;      /* what it is called in a filter, */
	bool is_match = true; /* under "match" or beside it */
};

template <class... Cases> struct Overloaded : Cases... {
	using Cases::operator()...;
};
template <class... Cases> Overloaded(Cases...) -> Overloaded<Cases...>;

/* Whether a field of UUIDs is looked up by all of these. */
bool are_uuids(const model::PayloadFieldSchema *index, const std::vector<std::string> &texts)
{
	if (!index || index->type != model::PayloadFieldType::kUuid)
		return false;
	for (const std::string &text : texts)
		if (!model::parse_uuid(text))
			return false;
	return true;
}

Test test_of(const model::MatchValue &match, const model::PayloadFieldSchema *index)
{
	return std::visit(Overloaded{
						  [&](const std::string &text) {
							  const char *name = are_uuids(index, {text}) ? "match_uuid" : "match_keyword";
							  return Test{name, json_of(text), "value"};
						  },
						  [](int64_t value) {
							  return Test{"match_integer", json_of(value), "value"};
						  },
						  [](bool value) {
							  return Test{"match_bool", json_of(value), "value"};
						  },
					  },
					  match.value);
}

Test test_of(const model::MatchAny &match, const model::PayloadFieldSchema *index)
{
	if (!match.integers.empty())
		return {"any_integer", json_list(match.integers), "any"};
	const bool uuids = !match.strings.empty() && are_uuids(index, match.strings);
	return {uuids ? "any_uuid" : "any_keyword", json_list(match.strings), "any"};
}

Test test_of(const model::MatchExcept &match, const model::PayloadFieldSchema *)
{
	if (!match.integers.empty())
		return {"except_integer", json_list(match.integers), "except"};
	return {"except_keyword", json_list(match.strings), "except"};
}

Test test_of(const model::MatchText &match, const model::PayloadFieldSchema *)
{
	constexpr const char *names[] = {"text", "text_any", "phrase", "prefix"};
	return {names[match.kind], json_of(match.text), names[match.kind]};
}

Test range_test(const std::variant<model::NumberRange, model::DatetimeRange> &range)
{
	if (const auto *numbers = std::get_if<model::NumberRange>(&range))
		return {"range", json_of(*numbers), "range", false};
	return {"datetime_range", json_of(std::get<model::DatetimeRange>(range)), "range", false};
}

/* The tests of a condition, which are OR-ed. */
std::vector<Test> tests_of(const model::FieldCondition &condition, const model::PayloadFieldSchema *index)
{
	if (condition.values_count)
		return {{"values_count", json_of(*condition.values_count), "values_count", false}};
	if (condition.is_empty)
		return {{"field_is_empty", json_of(*condition.is_empty), "is_empty", false}};
	if (condition.is_null)
		return {{"field_is_null", json_of(*condition.is_null), "is_null", false}};
	std::vector<Test> tests;
	if (condition.match)
		tests.push_back(std::visit([&](const auto &match) { return test_of(match, index); }, *condition.match));
	if (condition.range)
		tests.push_back(range_test(*condition.range));
	if (condition.geo_bounding_box)
		tests.push_back({"geo_bounding_box", json_of(*condition.geo_bounding_box), "geo_bounding_box", false});
	if (condition.geo_radius)
		tests.push_back({"geo_radius", json_of(*condition.geo_radius), "geo_radius", false});
	if (condition.geo_polygon)
		tests.push_back({"geo_polygon", json_of(*condition.geo_polygon), "geo_polygon", false});
	return tests;
}

/* ---- a filter as JSON, for nested conditions ---- */

std::string condition_json(const model::Condition &condition);

std::string conditions_json(const std::vector<model::Condition> &conditions)
{
	return json_list(conditions, condition_json);
}

std::string field_json(const model::FieldCondition &condition)
{
	JsonObject object;
	object.raw("key", json_of(condition.key));
	for (const Test &test : tests_of(condition, nullptr))
		if (test.is_match)
			object.raw("match", JsonObject().raw(test.key, test.value).done());
		else
			object.raw(test.key, test.value);
	return object.done();
}

std::string key_json(const char *test, const std::string &key)
{
	return JsonObject().raw(test, JsonObject().raw("key", json_of(key)).done()).done();
}

std::string nested_json(const model::NestedCondition &condition)
{
	const std::string inner =
		JsonObject().raw("key", json_of(condition.key)).raw("filter", filter_json(*condition.filter)).done();
	return JsonObject().raw("nested", inner).done();
}

/* The codecs refuse conditions on points within nested ones. */
std::string condition_json(const model::Condition &condition)
{
	return std::visit(Overloaded{
						  [](const model::FieldCondition &field) { return field_json(field); },
						  [](const model::IsEmptyCondition &empty) { return key_json("is_empty", empty.key); },
						  [](const model::IsNullCondition &null) { return key_json("is_null", null.key); },
						  [](const model::NestedCondition &nested) { return nested_json(nested); },
						  [](const std::shared_ptr<const model::Filter> &filter) { return filter_json(*filter); },
						  [](const auto &) { return std::string("{}"); },
					  },
					  condition);
}

/* ---- SQL ---- */

std::string element_path(const std::string &array, const std::string &path)
{
	return array + "[]." + path;
}

class Renderer {
public:
	Renderer(const ShardSchema &schema, postgres::Parameters *parameters) : schema_(schema), parameters_(parameters) {}

	std::string filter(const model::Filter &filter)
	{
		std::vector<std::string> clauses;
		for (const model::Condition &condition : filter.must)
			clauses.push_back(this->condition(condition));
		for (const model::Condition &condition : filter.must_not)
			clauses.push_back("NOT " + this->condition(condition));
		if (!filter.should.empty())
			clauses.push_back(join(all(filter.should), " OR "));
		if (filter.min_should)
			clauses.push_back(at_least(*filter.min_should));
		return clauses.empty() ? "true" : join(clauses, " AND ");
	}

private:
	std::vector<std::string> all(const std::vector<model::Condition> &conditions)
	{
		std::vector<std::string> rendered;
		for (const model::Condition &condition : conditions)
			rendered.push_back(this->condition(condition));
		return rendered;
	}

	static std::string join(const std::vector<std::string> &parts, const char *separator)
	{
		if (parts.size() == 1)
			return parts[0];
		std::string text = "(";
		for (size_t i = 0; i < parts.size(); i++)
			text += (i ? separator : "") + parts[i];
		return text + ")";
	}

	std::string at_least(const model::MinShould &min_should)
	{
		std::vector<std::string> counted;
		for (const std::string &condition : all(min_should.conditions))
			counted.push_back("(" + condition + ")::int");
		const std::string sum = counted.empty() ? "0" : join(counted, " + ");
		return "(" + sum + " >= " + parameters_->add_integer(static_cast<int64_t>(min_should.min_count)) + ")";
	}

	std::string condition(const model::Condition &condition)
	{
		return std::visit([this](const auto &kind) { return render(kind); }, condition);
	}

	std::string render(const std::shared_ptr<const model::Filter> &filter) { return this->filter(*filter); }

	std::string render(const model::FieldCondition &field)
	{
		const model::PayloadFieldSchema *index = schema_.payload_index(field.key);
		std::vector<std::string> tests;
		for (const Test &test : tests_of(field, index))
			tests.push_back(leaf(field.key, test.name, parameters_->add_jsonb(test.value), schema_of(field, index)));
		return tests.empty() ? "true" : join(tests, " OR ");
	}

	static std::string leaf(const std::string &path, const std::string &test, const std::string &value,
							const std::string &schema = "")
	{
		std::string text = "payload_test(t.payload, " + postgres::quote_literal(path) + ", '" + test + "'";
		if (!value.empty())
			text += ", " + value;
		if (!schema.empty())
			text += ", " + postgres::quote_literal(schema);
		return text + ")";
	}

	/* Of a full-text condition on a field with a text index: what tokens are. */
	static std::string schema_of(const model::FieldCondition &field, const model::PayloadFieldSchema *index)
	{
		const bool is_text = field.match && std::holds_alternative<model::MatchText>(*field.match) &&
							 std::get<model::MatchText>(*field.match).kind != model::MatchText::kPrefix;
		if (!is_text || !index || index->type != model::PayloadFieldType::kText)
			return "";
		return JsonObject().raw(field.key, model::to_stored_json(*index)).done();
	}

	std::string render(const model::IsEmptyCondition &empty) { return leaf(empty.key, "is_empty", ""); }
	std::string render(const model::IsNullCondition &null) { return leaf(null.key, "is_null", ""); }

	std::string render(const model::HasIdCondition &has_id)
	{
		return "(t.id = ANY (" + parameters_->add_point_ids(has_id.ids) + "))";
	}

	std::string render(const model::HasVectorCondition &has_vector)
	{
		const VectorColumn *vector = schema_.find(has_vector.name);
		return vector ? "(t." + vector->column + " IS NOT NULL)" : "false";
	}

	std::string render(const model::SliceCondition &slice)
	{
		return "(point_slice(t.id, " + parameters_->add_integer(static_cast<int64_t>(slice.total)) +
			   ") = " + parameters_->add_integer(static_cast<int64_t>(slice.index)) + ")";
	}

	std::string render(const model::NestedCondition &nested)
	{
		JsonObject fields;
		bool any = false;
		for (const auto &[path, index] : schema_.payload_indexes) {
			const bool below = path.rfind(nested.key + "[].", 0) == 0;
			const bool is_text = index.schema.type == model::PayloadFieldType::kText;
			if (!below || !(is_text || demands(*nested.filter, nested.key, path)))
				continue;
			fields.raw(path, model::to_stored_json(index.schema));
			any = true;
		}
		return leaf(nested.key, "nested", parameters_->add_jsonb(filter_json(*nested.filter)),
					any ? fields.done() : "");
	}

	/* Whether the nested filter has a condition on the path under must. */
	static bool demands(const model::Filter &filter, const std::string &array, const std::string &path)
	{
		for (const model::Condition &condition : filter.must)
			if (const auto *field = std::get_if<model::FieldCondition>(&condition))
				if (element_path(array, field->key) == path && !field->values_count && !field->is_empty &&
					!field->is_null)
					return true;
		return false;
	}

	const ShardSchema &schema_;
	postgres::Parameters *parameters_;
};

} /* namespace */

std::string filter_json(const model::Filter &filter)
{
	JsonObject object;
	if (!filter.must.empty())
		object.raw("must", conditions_json(filter.must));
	if (!filter.should.empty())
		object.raw("should", conditions_json(filter.should));
	if (!filter.must_not.empty())
		object.raw("must_not", conditions_json(filter.must_not));
	if (filter.min_should)
		object.raw("min_should", JsonObject()
									 .raw("conditions", conditions_json(filter.min_should->conditions))
									 .raw("min_count", json_of(filter.min_should->min_count))
									 .done());
	return object.done();
}

std::string filter_sql(const model::Filter &filter, const ShardSchema &schema, postgres::Parameters *parameters)
{
	return Renderer(schema, parameters).filter(filter);
}

} /* namespace vecext::shard */
