/*
 * source.cpp: see source.h. Places are written like the paths of payloads:
 * must[0].range.gt
 */
#include "core/filter/source.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace vecext::filter {

void Place::Text::append(std::string_view part)
{
	const size_t room = sizeof(bytes) - 1 - size;
	/* Cut at a character, not within one. */
	size_t taken = std::min(part.size(), room);
	while (taken < part.size() && taken > 0 && (static_cast<uint8_t>(part[taken]) & 0xc0) == 0x80)
		taken--;
	memcpy(bytes + size, part.data(), taken);
	size += taken;
}

void Place::append_to(Text *text) const
{
	if (!parent_)
		return;
	parent_->append_to(text);
	if (parent_->kind() == JsonKind::kArray) {
		char digits[16];
		char *end = std::to_chars(digits, digits + sizeof(digits), index_).ptr;
		text->append("[");
		text->append({digits, static_cast<size_t>(end - digits)});
		text->append("]");
		return;
	}
	if (text->size)
		text->append(".");
	text->append(key_);
}

Status Place::refuse(const char *rule) const
{
	Text text = {{}, 0};
	append_to(&text);
	if (text.size == 0)
		return Status::error(ErrorKind::kInvalidParameter, "invalid %s", document_).detail("%s", rule);
	return Status::error(ErrorKind::kInvalidParameter, "invalid %s at %s", document_, text.bytes).detail("%s", rule);
}

Status Place::refuse_key(std::string_view key, const char *known) const
{
	Text text = {{}, 0};
	append_to(&text);
	if (text.size)
		text.append(".");
	text.append(key);
	return Status::error(ErrorKind::kInvalidParameter, "invalid %s at %s", document_, text.bytes)
		.detail("There is no such key here; known are %s.", known);
}

} /* namespace vecext::filter */
