/*
 * authenticator.cpp: keys compared in constant time, tokens checked by libjwt.
 */
#include "auth/authenticator.h"

#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>

#include "auth/claims.h"
#include "model/error.h"

namespace vecext::auth {

namespace {

constexpr int64_t kLeewaySeconds = 30;
constexpr std::string_view kBearer = "Bearer ";

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
using Token = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

Digest digest(std::string_view text)
{
	Digest out;
	SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), out.data());
	return out;
}

/* Digests have one length, so the time tells nothing about the key, its length
 * included. */
bool is_key(std::string_view given, const std::string &key)
{
	if (key.empty())
		return false;
	const Digest a = digest(given), b = digest(key);
	return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/* Without a key: whether it has a token's form. */
Token decode(const std::string &token, const std::string *key)
{
	jwt_t *jwt = nullptr;
	const auto *bytes = key ? reinterpret_cast<const unsigned char *>(key->data()) : nullptr;
	if (jwt_decode(&jwt, token.c_str(), bytes, key ? static_cast<int>(key->size()) : 0) != 0)
		return {nullptr, jwt_free};
	return {jwt, jwt_free};
}

std::string payload_of(jwt_t *token)
{
	const std::unique_ptr<char, decltype(&free)> json(jwt_get_grants_json(token, nullptr), free);
	return json ? std::string(json.get()) : std::string();
}

/* By the header: jwt_get_alg() tells nothing of a token read without a key. */
bool says_hs256(jwt_t *token)
{
	const char *algorithm = jwt_get_header(token, "alg");
	return algorithm && std::string_view(algorithm) == "HS256";
}

bool is_signed_by(const std::string &token, const std::string &key)
{
	return !key.empty() && decode(token, &key) != nullptr;
}

Refusal invalid()
{
	return {401, "Invalid API key or JWT"};
}

/* A token that passed, or why it did not. */
std::variant<Claims, Refusal> check_token(const std::string &token, const Keys &keys)
{
	const Token parsed = decode(token, nullptr);
	if (!parsed || !says_hs256(parsed.get()))
		return invalid();
	if (!is_signed_by(token, keys.api_key) && !is_signed_by(token, keys.alt_api_key))
		return Refusal{403, "InvalidSignature"};
	std::optional<Claims> claims = parse_claims(payload_of(parsed.get()));
	if (!claims)
		return invalid();
	if (claims->expires && *claims->expires < time(nullptr) - kLeewaySeconds)
		return Refusal{403, "ExpiredSignature"};
	return *std::move(claims);
}

} /* namespace */

Authenticator::Authenticator(Keys keys, std::function<bool(const ValueExists &)> exists)
	: keys_(std::move(keys)), exists_(std::move(exists))
{
}

bool Authenticator::is_open() const
{
	return keys_.api_key.empty() && keys_.alt_api_key.empty() && keys_.read_only_api_key.empty();
}

std::variant<Access, Refusal> Authenticator::authenticate(std::string_view api_key,
														  std::string_view authorization) const
{
	if (is_open())
		return Access::full();
	const std::string_view bearer =
		authorization.starts_with(kBearer) ? authorization.substr(kBearer.size()) : std::string_view();
	const std::string_view given = api_key.empty() ? bearer : api_key;
	if (given.empty())
		return Refusal{401, "Must provide an API key or an Authorization bearer token"};
	if (is_key(given, keys_.api_key) || is_key(given, keys_.alt_api_key))
		return Access::full();
	if (is_key(given, keys_.read_only_api_key))
		return Access::read_only();
	return keys_.jwt_rbac ? access_of_token(std::string(given)) : std::variant<Access, Refusal>(invalid());
}

std::variant<Access, Refusal> Authenticator::access_of_token(const std::string &token) const
{
	std::variant<Claims, Refusal> checked = check_token(token, keys_);
	if (const Refusal *refusal = std::get_if<Refusal>(&checked))
		return *refusal;
	const Claims &claims = std::get<Claims>(checked);
	if (!claims.value_exists)
		return claims.access;
	try {
		if (exists_(*claims.value_exists))
			return claims.access;
		return Refusal{401, "Invalid JWT, stateful validation failed"};
	} catch (const model::Error &error) {
		return Refusal{403, error.what()};
	}
}

} /* namespace vecext::auth */
