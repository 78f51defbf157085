/* text_input.cpp: errors of the text parsers. */
#include "types/text_input.h"

#include "pg/error.h"

namespace vecext::types {

void raise_text_error(const Status &status, const char *text)
{
	if (status.kind() != ErrorKind::kInvalidText)
		pg::raise(status);
	ereport(ERROR, (errcode(pg::sqlstate_of(status.kind())), errmsg("%s: \"%s\"", status.message(), text),
					status.detail_text()[0] ? errdetail("%s", status.detail_text()) : 0));
	pg_unreachable();
}

} /* namespace vecext::types */
