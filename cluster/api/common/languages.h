/*
 * languages.h: the languages of stop words and stemmers, as requests name them.
 */
#pragma once

#include <optional>
#include <string_view>

namespace vecext::api {

/* The canonical name ("english") of a name or code ("en"); unset for others. */
std::optional<std::string_view> language_name(std::string_view given);

} /* namespace vecext::api */
