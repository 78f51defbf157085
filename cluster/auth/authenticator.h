/*
 * authenticator.h: credentials to Access: API keys, and JSON Web Tokens
 * (HS256, signed with one of the full keys) where they are switched on.
 *
 * Safe to use from many threads; has no state beside its settings.
 */
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "auth/access.h"

namespace vecext::auth {

struct Keys {
	std::string api_key, alt_api_key, read_only_api_key; /* "" when unset */
	bool jwt_rbac = false;
};

/* Authentication fails in plain text, unlike everything else. */
struct Refusal {
	unsigned http_status; /* 401, 403 */
	std::string text;
};

/* A token's value_exists: it is valid only while such a point exists. */
struct ValueExists {
	std::string collection;
	std::vector<std::pair<std::string, std::string>> matches; /* key, value as JSON */
};

class Authenticator {
public:
	/* `exists` answers a token's value_exists claim; it may throw model::Error. */
	Authenticator(Keys keys, std::function<bool(const ValueExists &)> exists);

	bool is_open() const; /* no key configured: everything is allowed */

	/* The values of the headers `api-key` and `authorization`, "" when absent. */
	std::variant<Access, Refusal> authenticate(std::string_view api_key, std::string_view authorization) const;

private:
	std::variant<Access, Refusal> access_of_token(const std::string &token) const;

	Keys keys_;
	std::function<bool(const ValueExists &)> exists_;
};

} /* namespace vecext::auth */
