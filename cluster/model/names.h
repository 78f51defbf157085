/*
 * names.h: which names new collections and vectors may have.
 */
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vecext::model {

inline constexpr size_t kMaxCollectionName = 255, kMaxVectorName = 200; /* bytes */

/* What is wrong with a name, for a validation error; unset for a good one. */
std::optional<std::string> name_problem(std::string_view name, size_t most_bytes);

} /* namespace vecext::model */
