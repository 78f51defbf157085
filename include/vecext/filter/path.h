/*
 * path.h: paths into a payload, `key(.key | [n] | [])*`.
 *
 * A bare key consists of letters and digits of any script, `_` and `-`; any other
 * key stands in double quotes and contains neither `"` nor `\`. `[n]` is an
 * element of an array, `[]` each element. A key does not enter arrays: `a.b` finds
 * nothing in {"a": [{"b": 1}]}, `a[].b` does.
 */
#pragma once

#include <cstdint>
#include <string_view>

#include "vecext/arena.h"
#include "vecext/status.h"

namespace vecext::filter {

struct PathStep {
	enum Kind : uint8_t { kKey, kIndex, kEach };

	Kind kind;
	uint32_t index;       /* kIndex */
	std::string_view key; /* kKey */
};

struct PayloadPath {
	const PathStep *steps = nullptr;
	uint32_t size = 0;

	const PathStep *begin() const { return steps; }
	const PathStep *end() const { return steps + size; }
};

inline constexpr uint32_t kMaxPathSteps = 64;

/* Keys are views into `text`. Error 22023, with the rule as its message. */
Result<PayloadPath> parse_path(std::string_view text, Arena arena);

bool operator==(const PayloadPath &a, const PayloadPath &b);

/* `head` followed by `tail`, in the arena. */
PayloadPath join(const PayloadPath &head, const PayloadPath &tail, Arena arena);

/* The path with `[]` at its end. */
PayloadPath each_element(const PayloadPath &path, Arena arena);

} /* namespace vecext::filter */
