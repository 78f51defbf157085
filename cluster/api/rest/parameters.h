/*
 * parameters.h: what requests say in their query strings.
 *
 * Values that cannot be parsed throw model::Error (kMalformed, "Deserialize error
 * in query parameters: ..."), those out of bounds kValidation.
 */
#pragma once

#include <optional>

#include "api/rest/route.h"
#include "model/query.h"
#include "model/update.h"

namespace vecext::api::rest {

model::UpdateParams update_params(const Call &call); /* wait, ordering, timeout */
model::ReadParams read_params(const Call &call);     /* consistency, timeout */
bool query_flag(const Call &call, std::string_view name, bool when_absent);
std::optional<uint64_t> query_integer(const Call &call, std::string_view name, uint64_t minimum);

} /* namespace vecext::api::rest */
