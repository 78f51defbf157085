/*
 * payload.h: payloads and what is selected of them.
 *
 * A payload is JSON text that the codec has checked and that PostgreSQL's jsonb
 * keeps without loss (no U+0000, bounded exponents, floats in a form that stays
 * a float); it travels through the sidecar as text and is not parsed again.
 */
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vecext::model {

using JsonText = std::string;
using Payload = JsonText; /* always an object */

struct PayloadSelection {
	enum Kind : uint8_t { kNone, kAll, kInclude, kExclude };

	Kind kind = kNone;
	std::vector<std::string> paths; /* of kInclude, kExclude; checked against the path grammar */
};

struct VectorSelection {
	enum Kind : uint8_t { kNone, kAll, kNamed };

	Kind kind = kNone;
	std::vector<std::string> names; /* of kNamed */
};

} /* namespace vecext::model */
