/*
 * access.cpp: needs against what is given, with the texts that clients know.
 */
#include "auth/access.h"

#include "model/error.h"

namespace vecext::auth {

namespace {

[[noreturn]] void forbid(const std::string &text)
{
	throw model::Error(model::ErrorKind::kForbidden, text);
}

void require_of_global(GlobalAccess global, Need need)
{
	if (global == GlobalAccess::kManage)
		return;
	if (need == Need::kManage || need == Need::kPointsWrite || need == Need::kWrite)
		forbid("Global manage access is required");
}

void require_of_collection(CollectionAccess access, Need need, const std::string &name)
{
	const bool writes = need == Need::kPointsWrite || need == Need::kWrite;
	if (writes && access == CollectionAccess::kRead)
		forbid("Write access to collection " + name + " is required");
	const bool beyond_points = need == Need::kReadAll || need == Need::kWrite;
	if (beyond_points && access == CollectionAccess::kPointsReadWrite)
		forbid("Only points access is allowed for collection " + name);
}

} /* namespace */

Access Access::full()
{
	Access access;
	access.global_ = GlobalAccess::kManage;
	return access;
}

Access Access::read_only()
{
	Access access;
	access.global_ = GlobalAccess::kRead;
	return access;
}

Access Access::collections(std::map<std::string, CollectionAccess> collections)
{
	Access access;
	access.collections_.insert(collections.begin(), collections.end());
	return access;
}

void Access::require(Need need, std::string_view collection) const
{
	if (need == Need::kNothing || need == Need::kAnyAccess)
		return;
	if (global_ != GlobalAccess::kNone) {
		require_of_global(global_, need);
		return;
	}
	if (need == Need::kGlobalRead || need == Need::kManage || collection.empty())
		forbid("Global access is required");
	const auto found = collections_.find(collection);
	if (found == collections_.end())
		forbid("Access to collection " + std::string(collection) + " is required");
	require_of_collection(found->second, need, found->first);
}

bool Access::sees(std::string_view collection) const
{
	return global_ != GlobalAccess::kNone || collections_.find(collection) != collections_.end();
}

} /* namespace vecext::auth */
