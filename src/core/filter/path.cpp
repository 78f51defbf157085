/*
 * path.cpp: the parser of payload paths. Which characters a bare key may have is
 * Unicode's question (Alphabetic or a number); ICU answers it.
 */
#include "vecext/filter/path.h"

#include <algorithm>
#include <charconv>

#include "core/embed/words.h"
#include "core/filter/letters.h"

namespace vecext::filter {

namespace {

Status bad_path(const char *rule)
{
	return Status::error(ErrorKind::kInvalidParameter, "%s", rule);
}

bool is_bare(char32_t character)
{
	return character == '_' || character == '-' || is_alphanumeric(character);
}

std::string_view take_bare_key(std::string_view *text)
{
	const std::string_view start = *text;
	while (!text->empty()) {
		std::string_view rest = *text;
		if (!is_bare(take_character(rest)))
			break;
		*text = rest;
	}
	return start.substr(0, start.size() - text->size());
}

Status take_key(std::string_view *text, PathStep *step)
{
	*step = {PathStep::kKey, 0, {}};
	if (!text->starts_with('"')) {
		step->key = take_bare_key(text);
		return step->key.empty() ? bad_path("a key of letters, digits, \"_\" or \"-\", or a quoted key, is expected")
								 : Status::ok();
	}
	const size_t close = text->find_first_of("\"\\", 1);
	if (close == text->npos || (*text)[close] == '\\')
		return bad_path("a quoted key ends with a double quote and contains no backslash");
	step->key = text->substr(1, close - 1);
	text->remove_prefix(close + 1);
	return Status::ok();
}

Status take_index(std::string_view *text, PathStep *step)
{
	text->remove_prefix(1);
	*step = {PathStep::kEach, 0, {}};
	if (!text->starts_with(']')) {
		step->kind = PathStep::kIndex;
		const auto read = std::from_chars(text->data(), text->data() + text->size(), step->index);
		if (read.ec != std::errc())
			return bad_path("an array index is a number below 4294967296");
		text->remove_prefix(static_cast<size_t>(read.ptr - text->data()));
	}
	if (!text->starts_with(']'))
		return bad_path("\"[\" is followed by an index and \"]\", or by \"]\"");
	text->remove_prefix(1);
	return Status::ok();
}

Status take_step(std::string_view *text, PathStep *step)
{
	if (text->starts_with('['))
		return take_index(text, step);
	if (!text->starts_with('.'))
		return bad_path("a key is followed by \".\", by \"[\" or by nothing");
	text->remove_prefix(1);
	return take_key(text, step);
}

} /* namespace */

Result<PayloadPath> parse_path(std::string_view text, Arena arena)
{
	ArenaVector<PathStep> steps;
	steps.init(arena, 2);
	PathStep step;
	Status status = take_key(&text, &step);
	while (status.is_ok()) {
		if (steps.size() == kMaxPathSteps)
			return bad_path("a path has at most 64 steps");
		steps.push_back(step);
		if (text.empty())
			return PayloadPath{steps.begin(), steps.size()};
		status = take_step(&text, &step);
	}
	return status;
}

bool operator==(const PayloadPath &a, const PayloadPath &b)
{
	return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const PathStep &x, const PathStep &y) {
		return x.kind == y.kind && x.index == y.index && x.key == y.key;
	});
}

PayloadPath join(const PayloadPath &head, const PayloadPath &tail, Arena arena)
{
	PathStep *steps = arena.allocate<PathStep>(head.size + tail.size);
	std::copy(tail.begin(), tail.end(), std::copy(head.begin(), head.end(), steps));
	return {steps, head.size + tail.size};
}

PayloadPath each_element(const PayloadPath &path, Arena arena)
{
	if (path.size && path.steps[path.size - 1].kind == PathStep::kEach)
		return path;
	const PathStep each = {PathStep::kEach, 0, {}};
	return join(path, {&each, 1}, arena);
}

} /* namespace vecext::filter */
