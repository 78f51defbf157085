/*
 * point_id.cpp: reading and writing ids.
 */
#include "model/point_id.h"

#include <charconv>

namespace vecext::model {

namespace {

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool is_hyphen_place(size_t place)
{
	return place == 8 || place == 13 || place == 18 || place == 23;
}

std::string_view without_decoration(std::string_view text)
{
	constexpr std::string_view urn = "urn:uuid:";
	if (text.substr(0, urn.size()) == urn)
		return text.substr(urn.size());
	if (text.size() == 38 && text.front() == '{' && text.back() == '}')
		return text.substr(1, 36);
	return text;
}

} /* namespace */

std::optional<Uuid> parse_uuid(std::string_view text)
{
	text = without_decoration(text);
	const bool hyphens = text.size() == 36;
	if (!hyphens && text.size() != 32)
		return std::nullopt;
	Uuid uuid = {};
	size_t n = 0;
	for (size_t i = 0; i < text.size(); i++) {
		if (hyphens && is_hyphen_place(i)) {
			if (text[i] != '-')
				return std::nullopt;
			continue;
		}
		const int digit = hex_digit(text[i]);
		if (digit < 0)
			return std::nullopt;
		uuid.bytes[n / 2] = static_cast<unsigned char>(uuid.bytes[n / 2] << 4 | digit);
		n++;
	}
	return uuid;
}

std::optional<PointId> parse_point_id(std::string_view text)
{
	uint64_t number;
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
	if (error == std::errc() && end == text.data() + text.size())
		return PointId(number);
	if (const auto uuid = parse_uuid(text))
		return PointId(*uuid);
	return std::nullopt;
}

std::string to_string(const PointId &id)
{
	if (const auto *number = std::get_if<uint64_t>(&id))
		return std::to_string(*number);
	constexpr char digits[] = "0123456789abcdef";
	std::string text;
	text.reserve(36);
	for (const unsigned char byte : std::get<Uuid>(id).bytes) {
		if (is_hyphen_place(text.size()))
			text.push_back('-');
		text.push_back(digits[byte >> 4]);
		text.push_back(digits[byte & 15]);
	}
	return text;
}

} /* namespace vecext::model */
