/*
 * rest_formula_fuzz.cpp: a formula query of any bytes has a score for every payload,
 * finite and the same each time, or is refused with an Error. Its defaults serve as
 * a payload, too.
 */
#include <cmath>
#include <string>

#include "api/rest/decode.h"
#include "collection/formula/formula.h"
#include "fuzz_target.h"
#include "model/error.h"

using namespace vecext;
using namespace vecext::fuzz;

namespace {

constexpr char kPayload[] =
	R"({"n": 3, "x": 0.5, "t": "2024-02-29T12:30:00Z", "p": {"lon": 1, "lat": 2}, "a": [1], "b": [1, 2], "none": null})";

void score(const collection::Formula &formula, const std::string &payload)
{
	MallocArena memory;
	const auto json = filter::parse_json(payload, memory.arena());
	const std::optional<float> scores[] = {0.25F, std::nullopt};
	const collection::FormulaInput input = {scores, json.is_ok() ? json.value() : nullptr,
											std::vector<bool>(formula.conditions().size(), true)};
	try {
		const float first = formula.score(input);
		require(std::isfinite(first), "a score is finite");
		require(formula.score(input) == first, "a score is the same each time");
	} catch (const model::Error &error) {
		require(error.what()[0] != '\0', "an error says something");
	}
}

} /* namespace */

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const std::string text(reinterpret_cast<const char *>(data), size);
	try {
		api::rest::Body body(text);
		const model::FormulaQuery query = api::rest::decode_formula(body.root());
		body.finish();
		const collection::Formula formula(query);
		score(formula, kPayload);
		score(formula, query.defaults);
	} catch (const model::Error &error) {
		require(error.what()[0] != '\0', "an error says something");
	}
	return 0;
}
