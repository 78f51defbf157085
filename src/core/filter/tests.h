/*
 * tests.h: compiles the tests of a field condition: match, range and geo_*.
 */
#pragma once

#include "core/filter/source.h"
#include "vecext/filter/filter.h"

namespace vecext::filter {

/* `text` is the field's full-text index, or null. */
Status compile_match(const Place &place, const TextOptions *text, Arena arena, Test *test);
Status compile_range(const Place &place, Arena arena, Test *test);
Status compile_geo_box(const Place &place, Arena arena, Test *test);
Status compile_geo_circle(const Place &place, Arena arena, Test *test);
Status compile_geo_polygon(const Place &place, Arena arena, Test *test);

/* values_count: bounds that are integers and not negative. */
Status compile_count(const Place &place, Arena arena, const Range<int64_t> **range);

} /* namespace vecext::filter */
