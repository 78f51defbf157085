/*
 * message.cpp: lookups in messages.
 */
#include "api/http/message.h"

namespace vecext::api::http {

std::string_view Request::header(std::string_view name) const
{
	for (const auto &[key, value] : headers)
		if (key == name)
			return value;
	return {};
}

} /* namespace vecext::api::http */
