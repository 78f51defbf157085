/*
 * payload_path.cpp: see payload_path.h.
 */
#include "model/payload_path.h"

namespace vecext::model {

std::string included_path(std::string_view path)
{
	bool quoted = false;
	for (size_t i = 0; i < path.size(); i++) {
		if (path[i] == '"')
			quoted = !quoted;
		else if (path[i] == '[' && !quoted)
			return std::string(path.substr(0, i));
	}
	return std::string(path);
}

} /* namespace vecext::model */
