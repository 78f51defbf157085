/*
 * lookup_access.h: a query may name other collections, which the caller must be
 * allowed to read as well.
 */
#pragma once

#include "auth/access.h"
#include "model/query.h"

namespace vecext::api {

/* Throw model::Error (kForbidden). */
void require_lookups(const auth::Access &access, const model::QueryRequest &request);
void require_lookups(const auth::Access &access, const model::QueryGroupsRequest &request);

} /* namespace vecext::api */
