/*
 * evaluate.cpp: the tests of evaluate.h that do not depend on the view.
 */
#include "vecext/filter/evaluate.h"

namespace vecext::filter {

TokenSearch token_search(const Test &test)
{
	const bool set = test.kind != TestKind::kPhrase;
	const auto kind = set && test.kind == TestKind::kAnyToken ? TokenSearch::kAny : TokenSearch::kAll;
	return {*test.tokens, set ? kind : TokenSearch::kPhrase};
}

bool passes_text(const Test &test, std::string_view text)
{
	int64_t time;
	switch (test.kind) {
	case TestKind::kAnyText:
		return std::binary_search(test.texts, test.texts + test.count, text);
	case TestKind::kSubstring:
		return text.find(test.text) != text.npos;
	case TestKind::kAnySubstring:
		return std::any_of(test.texts, test.texts + test.count,
						   [text](std::string_view part) { return text.find(part) != text.npos; });
	case TestKind::kAllTokens:
	case TestKind::kAnyToken:
	case TestKind::kPhrase:
		return token_search(test).add(text);
	case TestKind::kPrefix:
		return text.starts_with(test.text);
	case TestKind::kDatetimeRange:
		return read_datetime(text, &time) && test.times->has(time);
	default:
		return false;
	}
}

bool passes_point(const Test &test, GeoPoint point)
{
	switch (test.kind) {
	case TestKind::kGeoBox:
		return contains(*test.box, point);
	case TestKind::kGeoCircle:
		return contains(*test.circle, point);
	default:
		return contains(*test.polygon, point);
	}
}

} /* namespace vecext::filter */
