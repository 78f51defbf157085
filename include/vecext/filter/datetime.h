/*
 * datetime.h: points in time as payloads and filters write them.
 */
#pragma once

#include <cstdint>
#include <string_view>

namespace vecext::filter {

/* Reads RFC 3339, and what Qdrant takes beside it: a blank for the "T", no
 * offset (UTC), no seconds, or a date only. Gives microseconds since 1970-01-01
 * UTC, later digits cut off. False for anything else. */
bool read_datetime(std::string_view text, int64_t *microseconds) noexcept;

} /* namespace vecext::filter */
