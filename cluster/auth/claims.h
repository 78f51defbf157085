/*
 * claims.h: what a JSON Web Token says, once its signature is known to be good.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "auth/access.h"
#include "auth/authenticator.h"

namespace vecext::auth {

struct Claims {
	std::optional<int64_t> expires; /* seconds since 1970 */
	Access access = Access::full();
	std::optional<ValueExists> value_exists;
};

/* Of the token's payload, JSON; unset when a claim has not the form that it must. */
std::optional<Claims> parse_claims(const std::string &json);

} /* namespace vecext::auth */
