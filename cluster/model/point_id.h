/*
 * point_id.h: what names a point: an unsigned 64-bit number or a UUID.
 *
 * Numbers come before UUIDs, each ascending; the SQL type point_id keeps the
 * same order in its 17 bytes: a tag (0 number, 1 UUID), then 16 bytes big-endian.
 */
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace vecext::model {

struct Uuid {
	std::array<unsigned char, 16> bytes;

	auto operator<=>(const Uuid &) const = default;
};

using PointId = std::variant<uint64_t, Uuid>; /* variant's order is the order of ids */

/* Any usual spelling: hyphens, 32 digits, urn:uuid:, braces. */
std::optional<Uuid> parse_uuid(std::string_view text);

/* As in a URL path or a psql session: digits are a number. */
std::optional<PointId> parse_point_id(std::string_view text);

/* Digits, or lower-case hex with hyphens. */
std::string to_string(const PointId &id);

} /* namespace vecext::model */
