/*
 * auth_test.cpp: keys and tokens.
 */
#include <gtest/gtest.h>
#include <jwt.h>

#include <ctime>
#include <memory>

#include "auth/authenticator.h"
#include "model/error.h"

namespace vecext::auth {
namespace {

constexpr char kKey[] = "the full key", kOther[] = "another full key", kReadOnly[] = "reader";

std::string token(const std::string &claims, const std::string &key = kKey, jwt_alg_t algorithm = JWT_ALG_HS256)
{
	jwt_t *jwt = nullptr;
	jwt_new(&jwt);
	jwt_set_alg(jwt, algorithm, reinterpret_cast<const unsigned char *>(key.data()),
				algorithm == JWT_ALG_NONE ? 0 : static_cast<int>(key.size()));
	jwt_add_grants_json(jwt, claims.c_str());
	const std::unique_ptr<char, decltype(&free)> text(jwt_encode_str(jwt), free);
	jwt_free(jwt);
	return text.get();
}

Authenticator authenticator(std::function<bool(const ValueExists &)> exists = {})
{
	return Authenticator(Keys{kKey, kOther, kReadOnly, true}, std::move(exists));
}

/* "full", "read", "listed", or status and text of the refusal. */
std::string outcome(const Authenticator &authenticator, const std::string &key, const std::string &authorization = "")
{
	const auto result = authenticator.authenticate(key, authorization);
	if (const auto *refusal = std::get_if<Refusal>(&result))
		return std::to_string(refusal->http_status) + " " + refusal->text;
	switch (std::get<Access>(result).global()) {
	case GlobalAccess::kManage:
		return "full";
	case GlobalAccess::kRead:
		return "read";
	case GlobalAccess::kNone:
		break;
	}
	return "listed";
}

const std::string kInvalid = "401 Invalid API key or JWT";

TEST(Authenticator, WithoutKeysLetsEverybodyIn)
{
	const Authenticator open({}, {});
	EXPECT_TRUE(open.is_open());
	EXPECT_EQ(outcome(open, ""), "full");
	EXPECT_EQ(outcome(open, "anything"), "full");
}

TEST(Authenticator, KnowsItsKeys)
{
	const Authenticator a = authenticator();
	EXPECT_EQ(outcome(a, ""), "401 Must provide an API key or an Authorization bearer token");
	EXPECT_EQ(outcome(a, "", "Basic abc"), "401 Must provide an API key or an Authorization bearer token");
	EXPECT_EQ(outcome(a, kKey), "full");
	EXPECT_EQ(outcome(a, kOther), "full");
	EXPECT_EQ(outcome(a, kReadOnly), "read");
	EXPECT_EQ(outcome(a, "", std::string("Bearer ") + kKey), "full");
	EXPECT_EQ(outcome(a, "the full ke"), kInvalid);
	EXPECT_EQ(outcome(a, "the full key "), kInvalid);
	EXPECT_EQ(outcome(a, kInvalid), kInvalid);
}

TEST(Authenticator, UnsetKeysMatchNothing)
{
	const Authenticator a(Keys{"", "", kReadOnly, false}, {});
	EXPECT_EQ(outcome(a, ""), "401 Must provide an API key or an Authorization bearer token");
	EXPECT_EQ(outcome(a, kReadOnly), "read");
}

TEST(Token, CarriesAccess)
{
	const Authenticator a = authenticator();
	EXPECT_EQ(outcome(a, token("{}")), "full");
	EXPECT_EQ(outcome(a, "", "Bearer " + token(R"({"access":"m"})")), "full");
	EXPECT_EQ(outcome(a, token(R"({"access":"r"})")), "read");
	EXPECT_EQ(outcome(a, token(R"({"access":[{"collection":"c","access":"rw"}]})")), "listed");
	EXPECT_EQ(outcome(a, token(R"({"access":"r"})", kOther)), "read");
	EXPECT_EQ(outcome(a, token(R"({"access":"r","aud":"elsewhere","sub":"s"})")), "read");
}

TEST(Token, IsCheckedOnlyWhereSwitchedOn)
{
	const Authenticator a(Keys{kKey, "", "", false}, {});
	EXPECT_EQ(outcome(a, token("{}")), kInvalid);
}

TEST(Token, MustBeSignedByAFullKey)
{
	const Authenticator a = authenticator();
	EXPECT_EQ(outcome(a, token("{}", "wrong")), "403 InvalidSignature");
	EXPECT_EQ(outcome(a, token("{}", kReadOnly)), "403 InvalidSignature");
	EXPECT_EQ(outcome(a, token("{}", kKey, JWT_ALG_HS384)), kInvalid);
	EXPECT_EQ(outcome(a, token("{}", kKey, JWT_ALG_NONE)), kInvalid);
	std::string altered = token(R"({"access":"r"})");
	altered[altered.size() / 2] ^= 1;
	EXPECT_NE(outcome(a, altered), "read");
	EXPECT_EQ(outcome(a, "a.b.c"), kInvalid);
	EXPECT_EQ(outcome(a, "a.b"), kInvalid);
}

TEST(Token, ExpiresWithLeeway)
{
	const Authenticator a = authenticator();
	const auto with_exp = [&](long seconds) {
		return outcome(a, token("{\"exp\":" + std::to_string(time(nullptr) + seconds) + "}"));
	};
	EXPECT_EQ(with_exp(60), "full");
	EXPECT_EQ(with_exp(-20), "full");
	EXPECT_EQ(with_exp(-40), "403 ExpiredSignature");
	EXPECT_EQ(outcome(a, token(R"({"exp":"soon"})")), kInvalid);
}

TEST(Token, RefusesClaimsOfTheWrongForm)
{
	const Authenticator a = authenticator();
	for (const char *claims : {
			 R"({"access":"w"})",
			 R"({"access":1})",
			 R"({"access":[{"collection":"c","access":"m"}]})",
			 R"({"access":[{"collection":"c"}]})",
			 R"({"access":[{"collection":"c","access":"r"},{"collection":"c","access":"rw"}]})",
			 R"({"access":[{"collection":"c","access":"r","payload":{"a":1}}]})",
			 R"({"value_exists":{"collection":"c"}})",
			 R"({"value_exists":{"collection":"c","matches":[{"key":"a"}]}})",
		 })
		EXPECT_EQ(outcome(a, token(claims)), kInvalid) << claims;
}

TEST(Token, IsValidWhileItsPointExists)
{
	const std::string text =
		token(R"({"access":"r","value_exists":{"collection":"c","matches":[{"key":"user","value":"x"}]}})");
	bool exists = true;
	const Authenticator a = authenticator([&](const ValueExists &claim) {
		EXPECT_EQ(claim.collection, "c");
		EXPECT_EQ(claim.matches.at(0).first, "user");
		EXPECT_EQ(claim.matches.at(0).second, "\"x\"");
		return exists;
	});
	EXPECT_EQ(outcome(a, text), "read");
	exists = false;
	EXPECT_EQ(outcome(a, text), "401 Invalid JWT, stateful validation failed");
	const Authenticator missing =
		authenticator([](const ValueExists &) -> bool { throw model::collection_not_found("c"); });
	EXPECT_EQ(outcome(missing, text).substr(0, 4), "403 ");
}

std::string refusal(const Access &access, Need need, const char *collection = "")
{
	try {
		access.require(need, collection);
	} catch (const model::Error &error) {
		EXPECT_EQ(error.kind(), model::ErrorKind::kForbidden);
		return error.what();
	}
	return "allowed";
}

TEST(Access, RefusesInQdrantsWords)
{
	const Access listed = Access::collections({{"r", CollectionAccess::kRead},
											   {"p", CollectionAccess::kPointsReadWrite},
											   {"w", CollectionAccess::kReadWrite}});
	EXPECT_EQ(refusal(listed, Need::kGlobalRead), "Forbidden: Global access is required");
	EXPECT_EQ(refusal(listed, Need::kManage, "w"), "Forbidden: Global access is required");
	EXPECT_EQ(refusal(Access::read_only(), Need::kManage), "Forbidden: Global manage access is required");
	EXPECT_EQ(refusal(listed, Need::kPointsWrite, "r"), "Forbidden: Write access to collection r is required");
	EXPECT_EQ(refusal(listed, Need::kWrite, "p"), "Forbidden: Only points access is allowed for collection p");
	EXPECT_EQ(refusal(listed, Need::kRead, "x"), "Forbidden: Access to collection x is required");
	EXPECT_EQ(refusal(listed, Need::kPointsWrite, "p"), "allowed");
	EXPECT_EQ(refusal(listed, Need::kWrite, "w"), "allowed");
	EXPECT_TRUE(listed.sees("r"));
	EXPECT_FALSE(listed.sees("x"));
}

} /* namespace */
} /* namespace vecext::auth */
