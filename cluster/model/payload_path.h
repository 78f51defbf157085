/*
 * payload_path.h: paths into payloads, as texts (the grammar: vecext/filter/path.h).
 */
#pragma once

#include <string>
#include <string_view>

namespace vecext::model {

/* A path cut before its first step into an array: a selection of payload that has
 * everything the path finds. */
std::string included_path(std::string_view path);

} /* namespace vecext::model */
