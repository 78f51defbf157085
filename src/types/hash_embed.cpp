/*
 * hash_embed.cpp: the SQL function hash_embed(text, integer) returns vector.
 */
#include <string_view>

#include "pg/compat.h"

extern "C" {
#include "mb/pg_wchar.h"
}

#include "pg/error.h"
#include "types/vector.h"
#include "vecext/hash_embed.h"

using namespace vecext;

namespace {

/* The argument in UTF-8, whatever the database's encoding is. */
std::string_view utf8_of(const text *value)
{
	const char *bytes = VARDATA_ANY(value);
	const int size = static_cast<int>(VARSIZE_ANY_EXHDR(value));
	const char *converted = pg_server_to_any(bytes, size, PG_UTF8);
	return {converted, converted == bytes ? static_cast<size_t>(size) : strlen(converted)};
}

} /* namespace */

VECEXT_FUNCTION(vecext_hash_embed)
{
	const text *value = PG_GETARG_TEXT_PP(0);
	const int32 dimensions = PG_GETARG_INT32(1);

	types::check_dimensions<float>(dimensions);
	types::Vector *vector = types::new_vector(dimensions);
	pg::raise_if_error(hash_embed(utf8_of(value), vector->x, static_cast<size_t>(dimensions)));
	PG_RETURN_POINTER(vector);
}
