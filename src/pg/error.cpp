/*
 * error.cpp: Status to ereport.
 */
#include <new>

#include "pg/error.h"

extern "C" {
#include "utils/memutils.h"
}

namespace vecext::pg {

int sqlstate_of(ErrorKind kind)
{
	switch (kind) {
	case ErrorKind::kOk:
		break;
	case ErrorKind::kInvalidText:
		return ERRCODE_INVALID_TEXT_REPRESENTATION;
	case ErrorKind::kInvalidBinary:
		return ERRCODE_INVALID_BINARY_REPRESENTATION;
	case ErrorKind::kDataException:
		return ERRCODE_DATA_EXCEPTION;
	case ErrorKind::kOutOfRange:
		return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
	case ErrorKind::kInvalidParameter:
		return ERRCODE_INVALID_PARAMETER_VALUE;
	case ErrorKind::kLimitExceeded:
		return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
	case ErrorKind::kCorruption:
		return ERRCODE_INDEX_CORRUPTED;
	case ErrorKind::kCancelled:
		return ERRCODE_QUERY_CANCELED;
	case ErrorKind::kOutOfMemory:
		return ERRCODE_OUT_OF_MEMORY;
	}
	return ERRCODE_INTERNAL_ERROR;
}

void raise(const Status &status)
{
	ereport(ERROR, (errcode(sqlstate_of(status.kind())), errmsg("%s", status.message()),
					status.detail_text()[0] ? errdetail("%s", status.detail_text()) : 0,
					status.hint_text()[0] ? errhint("%s", status.hint_text()) : 0));
	pg_unreachable();
}

static void *allocate_or_throw(void *context, size_t bytes)
{
	void *block = nullptr;
	if (AllocHugeSizeIsValid(bytes))
		block =
			MemoryContextAllocExtended(static_cast<MemoryContext>(context), bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (!block)
		throw std::bad_alloc();
	return block;
}

Arena throwing_arena(MemoryContext context)
{
	return {allocate_or_throw, context};
}

} /* namespace vecext::pg */
