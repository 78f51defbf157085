/*
 * lookup_access.cpp: see lookup_access.h.
 */
#include "api/common/lookup_access.h"

namespace vecext::api {

namespace {

void require_lookup(const auth::Access &access, const std::optional<model::LookupLocation> &lookup)
{
	if (lookup)
		access.require(auth::Need::kRead, lookup->collection);
}

void require_lookups(const auth::Access &access, const std::vector<model::Prefetch> &prefetches)
{
	for (const model::Prefetch &prefetch : prefetches) {
		require_lookup(access, prefetch.lookup_from);
		require_lookups(access, prefetch.prefetch);
	}
}

} /* namespace */

void require_lookups(const auth::Access &access, const model::QueryRequest &request)
{
	require_lookup(access, request.lookup_from);
	require_lookups(access, request.prefetch);
}

void require_lookups(const auth::Access &access, const model::QueryGroupsRequest &request)
{
	require_lookups(access, request.query);
	if (request.with_lookup)
		access.require(auth::Need::kRead, request.with_lookup->collection);
}

} /* namespace vecext::api */
