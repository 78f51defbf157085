/*
 * compile.cpp: compiles filters and their conditions; the tests of fields are in
 * match.cpp, ranges.cpp and regions.cpp.
 */
#include <algorithm>

#include "core/filter/source.h"
#include "core/filter/tests.h"
#include "vecext/filter/filter.h"

namespace vecext::filter {

namespace {

using Conditions = ArenaVector<Condition>;

/* Where a condition stands: the arrays that it is nested in, filters around it. */
struct Scope {
	PayloadPath nesting;
	uint32_t depth;
};

Condition node(ConditionKind kind, const Conditions &children)
{
	Condition condition = {};
	condition.kind = kind;
	condition.children = children.begin();
	condition.n_children = children.size();
	return condition;
}

class Compiler {
public:
	Compiler(const FieldSchema &schema, Arena arena) : schema_(schema), arena_(arena) {}

	/* All that a filter demands, appended to `all`. */
	Status filter(const Place &place, const Scope &scope, Conditions *all)
	{
		if (place.kind() != JsonKind::kObject)
			return place.refuse("A filter is an object with must, should, must_not or min_should.");
		if (scope.depth == FilterLimits::kDepth)
			return place.refuse("Filters are nested at most 64 deep.");
		const JsonValue &object = place.value();
		for (const JsonMember *m = object.begin_members(); m < object.end_members(); m++) {
			Status status = clause(place, *m, {scope.nesting, scope.depth + 1}, all);
			if (!status.is_ok())
				return status;
		}
		return Status::ok();
	}

	Status condition(const Place &place, const Scope &scope, Conditions *conditions)
	{
		if (place.kind() != JsonKind::kObject)
			return place.refuse("A condition is an object.");
		if (++n_conditions_ > FilterLimits::kConditions)
			return place.refuse("A filter has at most 65536 conditions.");
		const JsonValue &object = place.value();
		for (const char *key : {"has_id", "has_vector", "slice"})
			if (object.find(key))
				return refuse_point_condition(place, key);
		Condition compiled = {};
		compiled.source = object.source();
		Status status = leaf(place, scope, &compiled);
		conditions->push_back(compiled);
		return status;
	}

private:
	Status clause(const Place &place, const JsonMember &member, const Scope &scope, Conditions *all)
	{
		const Place clause = place.at(member);
		if (member.key == "must")
			return list(clause, scope, all);
		if (member.key == "should")
			return should(clause, scope, all);
		if (member.key == "must_not")
			return must_not(clause, scope, all);
		if (member.key == "min_should")
			return min_should(clause, scope, all);
		return place.refuse_key(member.key, "must, should, must_not and min_should");
	}

	/* One condition or a list of them; none when null. */
	Status list(const Place &place, const Scope &scope, Conditions *conditions)
	{
		if (place.kind() == JsonKind::kNull)
			return Status::ok();
		if (place.kind() != JsonKind::kArray)
			return condition(place, scope, conditions);
		for (uint32_t i = 0; i < place.value().size(); i++) {
			Status status = condition(place.at(i), scope, conditions);
			if (!status.is_ok())
				return status;
		}
		return Status::ok();
	}

	Status should(const Place &place, const Scope &scope, Conditions *all)
	{
		Conditions children = empty_list();
		Status status = list(place, scope, &children);
		if (children.size() == 1)
			all->push_back(children[0]);
		else if (children.size())
			all->push_back(node(ConditionKind::kAny, children));
		return status;
	}

	Status must_not(const Place &place, const Scope &scope, Conditions *all)
	{
		Conditions children = empty_list();
		Status status = list(place, scope, &children);
		for (const Condition &child : children) {
			Condition negation = {};
			negation.kind = ConditionKind::kNot;
			negation.children = &child;
			negation.n_children = 1;
			all->push_back(negation);
		}
		return status;
	}

	Status min_should(const Place &place, const Scope &scope, Conditions *all)
	{
		if (place.kind() == JsonKind::kNull)
			return Status::ok();
		const JsonValue *conditions = place.value().find("conditions"), *count = place.value().find("min_count");
		if (!conditions || !count || place.value().size() != 2 || conditions->kind() != JsonKind::kArray)
			return place.refuse("min_should is an object with a list of conditions and a min_count.");
		const JsonNumber least = count->number();
		if (count->kind() != JsonKind::kNumber || !least.is_integer || least.integer < 1)
			return place.at("min_count", *count).refuse("min_count is an integer and at least 1.");
		Conditions children = empty_list();
		Status status = list(place.at("conditions", *conditions), scope, &children);
		Condition choice = node(ConditionKind::kAtLeast, children);
		choice.least = static_cast<uint32_t>(std::min<int64_t>(least.integer, UINT32_MAX));
		choice.source = place.value().source();
		all->push_back(choice);
		return status;
	}

	static Status refuse_point_condition(const Place &place, const char *key)
	{
		return place.refuse("The condition asks about a point; a payload does not know the answer.")
			.hint("Write \"%s\" as a condition on the table's columns.", key);
	}

	Status leaf(const Place &place, const Scope &scope, Condition *compiled)
	{
		const JsonValue &object = place.value();
		if (object.find("key"))
			return field(place, scope, compiled);
		if (const JsonValue *nested_object = object.find("nested"))
			return object.size() == 1 ? nested(place.at("nested", *nested_object), scope, compiled)
									  : place.refuse("nested stands alone in its condition.");
		if (const JsonValue *empty = object.find("is_empty"))
			return path_test(place, "is_empty", *empty, ConditionKind::kPathEmpty, compiled);
		if (const JsonValue *null = object.find("is_null"))
			return path_test(place, "is_null", *null, ConditionKind::kPathNull, compiled);
		return subfilter(place, scope, compiled);
	}

	Status subfilter(const Place &place, const Scope &scope, Condition *compiled)
	{
		Conditions all = empty_list();
		Status status = filter(place, scope, &all);
		*compiled = all.size() == 1 ? all[0] : node(ConditionKind::kAll, all);
		return status;
	}

	Status nested(const Place &place, const Scope &scope, Condition *compiled)
	{
		const JsonValue *key = place.value().find("key"), *inner = place.value().find("filter");
		if (!key || !inner || place.value().size() != 2)
			return place.refuse("nested is an object with a key and a filter.");
		Status status = read_path(place.at("key", *key), &compiled->path);
		if (!status.is_ok())
			return status;
		compiled->kind = ConditionKind::kNested;
		compiled->path = each_element(compiled->path, arena_);
		Conditions child = empty_list();
		child.push_back({});
		compiled->children = child.begin();
		compiled->n_children = 1;
		return subfilter(place.at("filter", *inner), {join(scope.nesting, compiled->path, arena_), scope.depth},
						 child.begin());
	}

	/* {"is_empty": {"key": path}} */
	Status path_test(const Place &place, std::string_view name, const JsonValue &value, ConditionKind kind,
					 Condition *compiled)
	{
		const Place inner = place.at(name, value);
		const JsonValue *key = value.find("key");
		if (place.value().size() != 1)
			return place.refuse("is_empty and is_null stand alone in their condition, or with a key and a boolean.");
		if (!key || value.size() != 1)
			return inner.refuse("An object with a key is expected.");
		compiled->kind = kind;
		return read_path(inner.at("key", *key), &compiled->path);
	}

	Status field(const Place &place, const Scope &scope, Condition *compiled)
	{
		Status status = read_path(place.at("key", *place.value().find("key")), &compiled->path);
		Test tests[5];
		compiled->kind = ConditionKind::kField;
		const JsonValue &object = place.value();
		for (const JsonMember *m = object.begin_members(); status.is_ok() && m < object.end_members(); m++)
			if (m->key != "key" && m->value.kind() != JsonKind::kNull)
				status = field_test(place, *m, scope, tests, compiled);
		if (!status.is_ok())
			return status;
		if (compiled->kind == ConditionKind::kField && compiled->n_tests == 0)
			return place.refuse("A field condition has at least one of match, range, geo_bounding_box, geo_radius, "
								"geo_polygon, values_count, is_empty and is_null.");
		Test *kept = arena_.allocate<Test>(compiled->n_tests);
		std::copy(tests, tests + compiled->n_tests, kept);
		compiled->tests = kept;
		compiled->joins_texts =
			scope.nesting.size == 0 &&
			std::any_of(kept, kept + compiled->n_tests, [](const Test &t) { return is_of_tokens(t.kind); });
		return Status::ok();
	}

	/* values_count, then is_empty, then is_null take precedence over tests of
	 * single values, which are alternatives. */
	Status field_test(const Place &place, const JsonMember &member, const Scope &scope, Test *tests,
					  Condition *compiled)
	{
		const Place at = place.at(member);
		if (member.key == "values_count") {
			compiled->kind = ConditionKind::kCount;
			return compile_count(at, arena_, &compiled->count);
		}
		if (member.key == "is_empty" || member.key == "is_null")
			return field_flag(at, compiled);
		const JsonValue &object = place.value();
		const bool repeated = object.find(member.key) != &member.value;
		if (repeated || compiled->n_tests == 5)
			return at.refuse("A test stands once in a field condition.");
		Test *test = &tests[compiled->n_tests++];
		*test = {};
		return value_test(place, at, scope, compiled->path, test);
	}

	Status field_flag(const Place &at, Condition *compiled)
	{
		const bool empty = at.key() == "is_empty";
		if (at.kind() != JsonKind::kBool)
			return at.refuse("true or false is expected.");
		const bool yields =
			compiled->kind == ConditionKind::kCount || (!empty && compiled->kind == ConditionKind::kFieldEmpty);
		if (!yields) {
			compiled->kind = empty ? ConditionKind::kFieldEmpty : ConditionKind::kFieldNull;
			compiled->wanted = at.value().boolean();
		}
		return Status::ok();
	}

	Status value_test(const Place &place, const Place &at, const Scope &scope, const PayloadPath &path, Test *test)
	{
		const std::string_view key = at.key();
		if (key == "match")
			return compile_match(at, schema_.find_text(join(scope.nesting, path, arena_)), arena_, test);
		if (key == "range")
			return compile_range(at, arena_, test);
		if (key == "geo_bounding_box")
			return compile_geo_box(at, arena_, test);
		if (key == "geo_radius")
			return compile_geo_circle(at, arena_, test);
		if (key == "geo_polygon")
			return compile_geo_polygon(at, arena_, test);
		return place.refuse_key(key, "key, match, range, geo_bounding_box, geo_radius, geo_polygon, values_count, "
									 "is_empty and is_null");
	}

	Status read_path(const Place &place, PayloadPath *path)
	{
		if (!is_string(place))
			return place.refuse("A key is a string.");
		const Result<PayloadPath> read = parse_path(place.value().text(), arena_);
		if (!read.is_ok())
			return place.refuse(read.status().message());
		*path = read.value();
		return Status::ok();
	}

	Conditions empty_list()
	{
		Conditions list;
		list.init(arena_, 0);
		return list;
	}

	const FieldSchema &schema_;
	Arena arena_;
	uint32_t n_conditions_ = 0;
};

Status read_field(const Place &place, Arena arena, ArenaVector<SchemaField> *fields)
{
	constexpr std::string_view kTypes[] = {"keyword", "integer", "float", "bool", "datetime", "uuid", "geo", "text"};
	const JsonValue *type = place.kind() == JsonKind::kObject ? place.value().find("type") : &place.value();
	const std::string_view name = type && type->kind() == JsonKind::kString ? type->text() : std::string_view();
	const auto *known = std::find(std::begin(kTypes), std::end(kTypes), name);
	if (known == std::end(kTypes))
		return place.refuse("A field's type is keyword, integer, float, bool, datetime, uuid, geo or text, "
							"or an object with such a \"type\".");
	const Result<PayloadPath> path = parse_path(place.key(), arena);
	if (!path.is_ok())
		return place.refuse(path.status().message());
	fields->push_back({path.value(), static_cast<FieldType>(known - kTypes), nullptr});
	if (name != "text")
		return Status::ok();
	const JsonValue none;
	const auto options = read_text_options(place.kind() == JsonKind::kObject ? place.value() : none, arena);
	if (!options.is_ok())
		return place.refuse(options.status().message());
	fields->back().text = options.value();
	return Status::ok();
}

} /* namespace */

const TextOptions *FieldSchema::find_text(const PayloadPath &path) const
{
	const SchemaField *found =
		std::find_if(fields, fields + size, [&](const SchemaField &field) { return field.text && field.path == path; });
	return found == fields + size ? nullptr : found->text;
}

Result<FieldSchema> read_field_schema(const JsonValue *schema, Arena arena)
{
	if (!schema || schema->kind() == JsonKind::kNull)
		return FieldSchema();
	const Place place("field schema", *schema);
	if (schema->kind() != JsonKind::kObject)
		return place.refuse("A field schema is an object from paths to types.");
	ArenaVector<SchemaField> fields;
	fields.init(arena, 0);
	for (const JsonMember *m = schema->begin_members(); m < schema->end_members(); m++) {
		Status status = read_field(place.at(*m), arena, &fields);
		if (!status.is_ok())
			return status;
	}
	return FieldSchema{fields.begin(), fields.size()};
}

Result<const Condition *> compile_filter(const JsonValue &filter, const FieldSchema &schema, Arena arena)
{
	Conditions all;
	all.init(arena, 2);
	Status status = Compiler(schema, arena).filter(Place("payload filter", filter), {{}, 0}, &all);
	if (!status.is_ok())
		return status;
	if (all.size() == 1)
		return static_cast<const Condition *>(all.begin());
	return static_cast<const Condition *>(new (arena.allocate<Condition>(1)) Condition(node(ConditionKind::kAll, all)));
}

Result<const Condition *> compile_condition(const JsonValue &condition, const FieldSchema &schema, Arena arena)
{
	Conditions one;
	one.init(arena, 1);
	Status status = Compiler(schema, arena).condition(Place("payload condition", condition), {{}, 0}, &one);
	if (!status.is_ok())
		return status;
	return static_cast<const Condition *>(one.begin());
}

} /* namespace vecext::filter */
