/*
 * evaluate.h: whether a payload passes a compiled filter.
 *
 * The payload is seen through a View, a small copyable handle of one JSON value:
 *   JsonKind kind() const;
 *   bool boolean() const;               of a bool
 *   JsonNumber number() const;          of a number
 *   std::string_view text() const;      of a string, UTF-8
 *   uint32_t size() const;              of an array
 *   bool member(key, View *) const;     of an object; false when it has none
 *   bool element(i, View *) const;      of an array
 *   bool any_element(visit) const;      of an array: true as soon as visit is
 * JsonValue is one, the jsonb adapter of src/filter another.
 *
 * Nothing is allocated, except where text is cut into tokens (std::bad_alloc).
 */
#pragma once

#include <algorithm>

#include "vecext/filter/datetime.h"
#include "vecext/filter/filter.h"

namespace vecext::filter {

/* Calls visit with each value that the steps find; true as soon as visit is. */
template <class View, class Visit>
bool any_value(const PathStep *step, const PathStep *end, const View &value, Visit &&visit)
{
	if (step == end)
		return visit(value);
	View next;
	switch (step->kind) {
	case PathStep::kKey:
		return value.kind() == JsonKind::kObject && value.member(step->key, &next) &&
			   any_value(step + 1, end, next, visit);
	case PathStep::kIndex:
		return value.kind() == JsonKind::kArray && value.element(step->index, &next) &&
			   any_value(step + 1, end, next, visit);
	case PathStep::kEach:
		return value.kind() == JsonKind::kArray &&
			   value.any_element([&](const View &element) { return any_value(step + 1, end, element, visit); });
	}
	return false;
}

/* The same, with the elements of a found array in its place. */
template <class View, class Visit> bool any_item(const PayloadPath &path, const View &payload, Visit &&visit)
{
	return any_value(path.begin(), path.end(), payload, [&](const View &value) {
		return value.kind() == JsonKind::kArray ? value.any_element(visit) : visit(value);
	});
}

/* A value that is an object with lon and lat within their bounds. */
template <class View> bool read_point(const View &value, GeoPoint *point)
{
	View lon, lat;
	if (value.kind() != JsonKind::kObject || !value.member("lon", &lon) || !value.member("lat", &lat) ||
		lon.kind() != JsonKind::kNumber || lat.kind() != JsonKind::kNumber)
		return false;
	*point = {lon.number().value, lat.number().value};
	return is_on_earth(*point);
}

template <class View> bool is_integer_among(const Test &test, const View &value)
{
	const JsonNumber number = value.number();
	return number.is_integer && std::binary_search(test.integers, test.integers + test.count, number.integer);
}

/* A value of another type is outside the list, and null is no value. */
template <class View> bool is_outside(const Test &test, const View &value)
{
	const bool texts = test.kind == TestKind::kExceptText;
	if (texts && value.kind() == JsonKind::kString)
		return !std::binary_search(test.texts, test.texts + test.count, value.text());
	if (!texts && value.kind() == JsonKind::kNumber)
		return !is_integer_among(test, value);
	return value.kind() != JsonKind::kNull;
}

bool passes_text(const Test &test, std::string_view text);
TokenSearch token_search(const Test &test);
bool passes_point(const Test &test, GeoPoint point);

/* Whether a value that is not the array of its field passes. */
template <class View> bool passes(const Test &test, const View &value)
{
	switch (test.kind) {
	case TestKind::kNever:
		return false;
	case TestKind::kEqualsText:
		return value.kind() == JsonKind::kString && value.text() == test.text;
	case TestKind::kEqualsInteger: {
		if (value.kind() != JsonKind::kNumber)
			return false;
		const JsonNumber number = value.number();
		return number.is_integer && number.integer == test.integer;
	}
	case TestKind::kEqualsBool:
		return value.kind() == JsonKind::kBool && value.boolean() == test.boolean;
	case TestKind::kAnyInteger:
		return value.kind() == JsonKind::kNumber && is_integer_among(test, value);
	case TestKind::kExceptText:
	case TestKind::kExceptInteger:
		return is_outside(test, value);
	case TestKind::kNumberRange:
		return value.kind() == JsonKind::kNumber && test.numbers->has(value.number().value);
	case TestKind::kGeoBox:
	case TestKind::kGeoCircle:
	case TestKind::kGeoPolygon: {
		GeoPoint point;
		return read_point(value, &point) && passes_point(test, point);
	}
	default:
		return value.kind() == JsonKind::kString && passes_text(test, value.text());
	}
}

template <class View> bool passes_any(const Condition &field, const View &value)
{
	return std::any_of(field.tests, field.tests + field.n_tests, [&](const Test &test) { return passes(test, value); });
}

/* Tokens in all values of the field. */
template <class View> bool passes_tokens(const Test &test, const PayloadPath &path, const View &payload)
{
	TokenSearch search = token_search(test);
	return any_item(path, payload,
					[&](const View &value) { return value.kind() == JsonKind::kString && search.add(value.text()); });
}

template <class View> bool passes_joined(const Condition &field, const View &payload)
{
	return std::any_of(field.tests, field.tests + field.n_tests, [&](const Test &test) {
		if (is_of_tokens(test.kind))
			return passes_tokens(test, field.path, payload);
		return any_item(field.path, payload, [&](const View &value) { return passes(test, value); });
	});
}

template <class View> int64_t count_values(const View &value)
{
	if (value.kind() == JsonKind::kNull)
		return 0;
	return value.kind() == JsonKind::kArray ? static_cast<int64_t>(value.size()) : 1;
}

template <class View> bool is_empty_value(const View &value)
{
	return value.kind() == JsonKind::kNull || (value.kind() == JsonKind::kArray && value.size() == 0);
}

template <class View> bool is_null_value(const View &value)
{
	const auto is_null = [](const View &v) { return v.kind() == JsonKind::kNull; };
	return value.kind() == JsonKind::kArray ? value.any_element(is_null) : is_null(value);
}

/* Whether some value at the path is as wanted; `when_missing` where there is none. */
template <class View, class Visit>
bool any_or_missing(const PayloadPath &path, const View &payload, bool when_missing, Visit &&visit)
{
	bool found = false;
	const bool any = any_value(path.begin(), path.end(), payload, [&](const View &value) {
		found = true;
		return visit(value);
	});
	return any || (!found && when_missing);
}

template <class View> bool evaluate(const Condition &condition, const View &payload)
{
	const Condition *children = condition.children, *end = children + condition.n_children;
	const auto holds = [&](const Condition &child) { return evaluate(child, payload); };
	switch (condition.kind) {
	case ConditionKind::kAll:
		return std::all_of(children, end, holds);
	case ConditionKind::kAny:
		return std::any_of(children, end, holds);
	case ConditionKind::kNot:
		return !holds(*children);
	case ConditionKind::kAtLeast: {
		uint32_t missing = condition.least;
		return std::any_of(children, end, [&](const Condition &child) { return (missing -= holds(child)) == 0; });
	}
	case ConditionKind::kField:
		if (condition.joins_texts)
			return passes_joined(condition, payload);
		return any_item(condition.path, payload, [&](const View &value) { return passes_any(condition, value); });
	case ConditionKind::kCount:
		return any_or_missing(condition.path, payload, condition.count->has(0),
							  [&](const View &value) { return condition.count->has(count_values(value)); });
	case ConditionKind::kFieldEmpty:
		return any_or_missing(condition.path, payload, condition.wanted,
							  [&](const View &value) { return is_empty_value(value) == condition.wanted; });
	case ConditionKind::kFieldNull:
		return any_or_missing(condition.path, payload, !condition.wanted,
							  [&](const View &value) { return is_null_value(value) == condition.wanted; });
	case ConditionKind::kPathEmpty:
		return !any_value(condition.path.begin(), condition.path.end(), payload,
						  [](const View &value) { return !is_empty_value(value); });
	case ConditionKind::kPathNull:
		return any_value(condition.path.begin(), condition.path.end(), payload,
						 [](const View &value) { return is_null_value(value); });
	case ConditionKind::kNested:
		return any_value(condition.path.begin(), condition.path.end(), payload, [&](const View &value) {
			return value.kind() == JsonKind::kObject && evaluate(*children, value);
		});
	}
	return false;
}

} /* namespace vecext::filter */
