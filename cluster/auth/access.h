/*
 * access.h: what the caller of a request may do.
 *
 * An Authenticator turns the credentials of a request into an Access. What each
 * route needs stands in the APIs' route tables; an Access says whether it is
 * given, and throws Qdrant's 403 where not.
 */
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vecext::auth {

enum class Need : uint8_t {
	kNothing,   /* open without a key */
	kAnyAccess, /* a valid key; listings show what it may see */
	kGlobalRead,
	kManage,      /* changes of collections, aliases, the cluster, snapshots */
	kRead,        /* of the collection */
	kReadAll,     /* of the collection, its snapshots too: not with access to points only */
	kPointsWrite, /* points of the collection */
	kWrite,       /* the collection's points, indexes, vector names, snapshots */
};

/* In a token: "r", "prw", "rw" for one collection. */
enum class CollectionAccess : uint8_t { kRead, kPointsReadWrite, kReadWrite };
enum class GlobalAccess : uint8_t { kNone, kRead, kManage };

class Access {
public:
	static Access full(); /* no key configured, or a full key */
	static Access read_only();
	static Access collections(std::map<std::string, CollectionAccess> collections);

	/* Throws model::Error (kForbidden). `collection` as the request names it: an
	 * alias is no way around a token's list. "" for calls about no collection. */
	void require(Need need, std::string_view collection = {}) const;

	/* Whether a listing shows the collection. */
	bool sees(std::string_view collection) const;

	GlobalAccess global() const { return global_; }

private:
	GlobalAccess global_ = GlobalAccess::kNone;
	std::map<std::string, CollectionAccess, std::less<>> collections_;
};

} /* namespace vecext::auth */
