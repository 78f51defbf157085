/*
 * leaf.cpp: see leaf.h. Each test is a template of the condition's JSON, so that a
 * leaf means what the same condition in a filter means.
 */
#include "vecext/filter/leaf.h"

#include <algorithm>
#include <cstring>

namespace vecext::filter {

namespace {

struct LeafTest {
	std::string_view name;
	std::string_view json;   /* @ is the path, $ the value */
	std::string_view sample; /* a value; empty where no index knows the test */
	TestKind kind;           /* of the compiled test; kNever for any */
	const char *rule;        /* on values of another kind */
};

constexpr const char *kTakesString = "The test takes a string.";
constexpr const char *kTakesStrings = "The test takes a list of strings.";
constexpr const char *kTakesInteger = "The test takes a 64-bit integer.";
constexpr const char *kTakesIntegers = "The test takes a list of 64-bit integers.";

constexpr LeafTest kTests[] = {
	{"match_keyword", R"({"key": @, "match": {"value": $}})", R"("a")", TestKind::kEqualsText, kTakesString},
	{"match_uuid", R"({"key": @, "match": {"value": $}})", R"("00000000000000000000000000000000")",
	 TestKind::kEqualsText, kTakesString},
	{"match_integer", R"({"key": @, "match": {"value": $}})", "0", TestKind::kEqualsInteger, kTakesInteger},
	{"match_bool", R"({"key": @, "match": {"value": $}})", "true", TestKind::kEqualsBool, "The test takes a boolean."},
	{"any_keyword", R"({"key": @, "match": {"any": $}})", R"(["a"])", TestKind::kAnyText, kTakesStrings},
	{"any_uuid", R"({"key": @, "match": {"any": $}})", R"(["00000000000000000000000000000000"])", TestKind::kAnyText,
	 kTakesStrings},
	{"any_integer", R"({"key": @, "match": {"any": $}})", "[0]", TestKind::kAnyInteger, kTakesIntegers},
	{"except_keyword", R"({"key": @, "match": {"except": $}})", "", TestKind::kExceptText, kTakesStrings},
	{"except_integer", R"({"key": @, "match": {"except": $}})", "", TestKind::kExceptInteger, kTakesIntegers},
	{"text", R"({"key": @, "match": {"text": $}})", R"("a")", TestKind::kNever, ""},
	{"text_any", R"({"key": @, "match": {"text_any": $}})", R"("a")", TestKind::kNever, ""},
	{"phrase", R"({"key": @, "match": {"phrase": $}})", R"("a")", TestKind::kNever, ""},
	{"prefix", R"({"key": @, "match": {"prefix": $}})", R"("a")", TestKind::kNever, ""},
	{"range", R"({"key": @, "range": $})", R"({"gt": 0})", TestKind::kNumberRange,
	 "The test takes numbers as bounds; datetime_range takes datetimes."},
	{"datetime_range", R"({"key": @, "range": $})", R"({"gt": "2000-01-01"})", TestKind::kDatetimeRange,
	 "The test takes datetimes as bounds, at least one; range takes numbers."},
	{"geo_bounding_box", R"({"key": @, "geo_bounding_box": $})",
	 R"({"top_left": {"lon": 0, "lat": 1}, "bottom_right": {"lon": 1, "lat": 0}})", TestKind::kNever, ""},
	{"geo_radius", R"({"key": @, "geo_radius": $})", R"({"center": {"lon": 0, "lat": 0}, "radius": 1})",
	 TestKind::kNever, ""},
	{"geo_polygon", R"({"key": @, "geo_polygon": $})",
	 R"({"exterior": {"points": [{"lon": 0, "lat": 0}, {"lon": 1, "lat": 0}, {"lon": 1, "lat": 1}, {"lon": 0, "lat": 0}]}})",
	 TestKind::kNever, ""},
	{"values_count", R"({"key": @, "values_count": $})", "", TestKind::kNever, ""},
	{"is_empty", R"({"is_empty": {"key": @}})", "", TestKind::kNever, ""},
	{"is_null", R"({"is_null": {"key": @}})", "", TestKind::kNever, ""},
	{"field_is_empty", R"({"key": @, "is_empty": $})", "", TestKind::kNever, ""},
	{"field_is_null", R"({"key": @, "is_null": $})", "", TestKind::kNever, ""},
	{"nested", R"({"nested": {"key": @, "filter": $}})", "", TestKind::kNever, ""},
};

Result<const LeafTest *> find_test(std::string_view name)
{
	const auto *found =
		std::find_if(std::begin(kTests), std::end(kTests), [&](const LeafTest &test) { return test.name == name; });
	if (found != std::end(kTests))
		return found;
	return Status::error(ErrorKind::kInvalidParameter, "invalid test of a payload field: \"%.*s\"",
						 static_cast<int>(std::min<size_t>(name.size(), 64)), name.data())
		.hint("Tests are match_, any_ and except_ with the type of the value (match_keyword), and the conditions of "
			  "filters by their names (range).");
}

class JsonText {
public:
	explicit JsonText(Arena arena) { bytes_.init(arena, 128); }

	void append(std::string_view text)
	{
		for (char c : text)
			bytes_.push_back(c);
	}

	void append_string(std::string_view text)
	{
		constexpr char kHex[] = "0123456789abcdef";
		bytes_.push_back('"');
		for (char c : text) {
			const auto byte = static_cast<uint8_t>(c);
			if (c == '"' || c == '\\')
				bytes_.push_back('\\');
			if (byte < 0x20) {
				append("\\u00");
				bytes_.push_back(kHex[byte >> 4]);
				c = kHex[byte & 15];
			}
			bytes_.push_back(c);
		}
		bytes_.push_back('"');
	}

	std::string_view view() const { return {bytes_.begin(), bytes_.size()}; }

private:
	ArenaVector<char> bytes_;
};

std::string_view fill_in(std::string_view json, std::string_view path, std::string_view value, Arena arena)
{
	JsonText text(arena);
	for (size_t at; (at = json.find_first_of("@$")) != json.npos; json.remove_prefix(at + 1)) {
		text.append(json.substr(0, at));
		if (json[at] == '@')
			text.append_string(path);
		else
			text.append(value);
	}
	text.append(json);
	return text.view();
}

/* Lists without values have no type. */
bool is_of_kind(const Condition &condition, TestKind kind)
{
	if (kind == TestKind::kNever || condition.kind != ConditionKind::kField)
		return true;
	const Test &test = condition.tests[0];
	const bool list = kind == TestKind::kAnyText || kind == TestKind::kAnyInteger || kind == TestKind::kExceptText ||
					  kind == TestKind::kExceptInteger;
	return test.kind == kind || (list && test.count == 0);
}

Result<const Condition *> compile(const LeafTest &test, const Leaf &leaf, const FieldSchema &schema, Arena arena)
{
	const auto tree = parse_json(fill_in(test.json, leaf.path, leaf.value, arena), arena);
	if (!tree.is_ok())
		return tree.status();
	const auto condition = compile_condition(*tree.value(), schema, arena);
	if (condition.is_ok() && !is_of_kind(*condition.value(), test.kind))
		return Status::error(ErrorKind::kInvalidParameter, "invalid value for the test %.*s",
							 static_cast<int>(test.name.size()), test.name.data())
			.detail("%s", test.rule);
	return condition;
}

/* What a nested filter asks for is not known, but for the fields that the schema
 * names. */
bool is_named_below(const FieldIndex &index, const PayloadPath &nested, const FieldSchema &schema)
{
	const bool below = nested.size < index.path.size && PayloadPath{index.path.steps, nested.size} == nested;
	return below && std::any_of(schema.fields, schema.fields + schema.size, [&](const SchemaField &field) {
			   return field.type == index.type && field.path == index.path &&
					  (field.type != FieldType::kText || *field.text == *index.text);
		   });
}

} /* namespace */

Result<std::string_view> leaf_json(const Leaf &leaf, Arena arena)
{
	const auto test = find_test(leaf.test);
	if (!test.is_ok())
		return test.status();
	return fill_in(test.value()->json, leaf.path, leaf.value, arena);
}

Result<const Condition *> compile_leaf(const Leaf &leaf, const FieldSchema &schema, Arena arena)
{
	const auto test = find_test(leaf.test);
	if (!test.is_ok())
		return test.status();
	return compile(*test.value(), leaf, schema, arena);
}

Result<bool> serves_leaf(const FieldIndex &index, std::string_view path, std::string_view test_name,
						 const FieldSchema &schema, Arena arena)
{
	const auto test = find_test(test_name);
	if (!test.is_ok())
		return test.status();
	const bool nested = test_name == "nested";
	if (!nested && test.value()->sample.empty())
		return false;
	const Leaf sample = {path, test_name, nested ? "{}" : test.value()->sample};
	const auto condition = compile(*test.value(), sample, schema, arena);
	if (!condition.is_ok())
		return condition.status();
	if (nested)
		return is_named_below(index, condition.value()->path, schema);
	return plan_lookup(index, *condition.value(), arena).possible;
}

} /* namespace vecext::filter */
