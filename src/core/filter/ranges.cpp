/*
 * ranges.cpp: compiles `range` of numbers or of datetimes, and `values_count`:
 * objects with lt, lte, gt and gte, each optional or null. Of two bounds on one
 * side the narrower holds, which is what both together mean.
 */
#include "core/filter/tests.h"
#include "vecext/filter/datetime.h"

namespace vecext::filter {

namespace {

template <class T> void narrow_low(T value, bool belongs, Range<T> *range)
{
	if (range->has_low && (value < range->low || (value == range->low && belongs)))
		return;
	range->low = value;
	range->has_low = true;
	range->low_belongs = belongs;
}

template <class T> void narrow_high(T value, bool belongs, Range<T> *range)
{
	if (range->has_high && (value > range->high || (value == range->high && belongs)))
		return;
	range->high = value;
	range->has_high = true;
	range->high_belongs = belongs;
}

/* Reads each bound with `read(place, &value)`, which returns a Status. */
template <class T, class Read> Status read_bounds(const Place &place, Read read, Range<T> *range)
{
	const JsonValue &object = place.value();
	for (const JsonMember *m = object.begin_members(); m < object.end_members(); m++) {
		const bool low = m->key == "gt" || m->key == "gte";
		if (!low && m->key != "lt" && m->key != "lte")
			return place.refuse_key(m->key, "gt, gte, lt and lte");
		if (m->value.kind() == JsonKind::kNull)
			continue;
		T value = {};
		Status status = read(place.at(*m), &value);
		if (!status.is_ok())
			return status;
		const bool belongs = m->key.size() == 3;
		low ? narrow_low(value, belongs, range) : narrow_high(value, belongs, range);
	}
	return Status::ok();
}

Status read_number(const Place &place, double *value)
{
	if (place.kind() != JsonKind::kNumber)
		return place.refuse("The bounds of a range are all numbers or all datetimes.");
	*value = place.value().number().value;
	return Status::ok();
}

Status read_time(const Place &place, int64_t *value)
{
	if (!is_string(place))
		return place.refuse("The bounds of a range are all numbers or all datetimes.");
	if (!read_datetime(place.value().text(), value))
		return place.refuse("A datetime is RFC 3339: 2024-05-17T12:30:00Z, 2024-05-17 12:30, or 2024-05-17.");
	return Status::ok();
}

Status read_count(const Place &place, int64_t *value)
{
	const JsonNumber number = place.value().number();
	if (place.kind() != JsonKind::kNumber || !number.is_integer || number.integer < 0)
		return place.refuse("A count of values is an integer and not negative.");
	*value = number.integer;
	return Status::ok();
}

bool has_string_bound(const JsonValue &object)
{
	for (const JsonMember *m = object.begin_members(); m < object.end_members(); m++)
		if (m->value.kind() == JsonKind::kString)
			return true;
	return false;
}

template <class T> Range<T> *new_range(Arena arena)
{
	return new (arena.allocate<Range<T>>(1)) Range<T>();
}

} /* namespace */

/* A range without bounds takes every number. */
Status compile_range(const Place &place, Arena arena, Test *test)
{
	if (place.kind() != JsonKind::kObject)
		return place.refuse("A range is an object with gt, gte, lt or lte.");
	if (has_string_bound(place.value())) {
		auto *times = new_range<int64_t>(arena);
		test->kind = TestKind::kDatetimeRange;
		test->times = times;
		return read_bounds(place, read_time, times);
	}
	auto *numbers = new_range<double>(arena);
	test->kind = TestKind::kNumberRange;
	test->numbers = numbers;
	return read_bounds(place, read_number, numbers);
}

Status compile_count(const Place &place, Arena arena, const Range<int64_t> **range)
{
	if (place.kind() != JsonKind::kObject)
		return place.refuse("A count of values is an object with gt, gte, lt or lte.");
	auto *counts = new_range<int64_t>(arena);
	*range = counts;
	return read_bounds(place, read_count, counts);
}

} /* namespace vecext::filter */
