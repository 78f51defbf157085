/*
 * names.cpp: see names.h.
 */
#include "model/names.h"

namespace vecext::model {

std::optional<std::string> name_problem(std::string_view name, size_t most_bytes)
{
	constexpr std::string_view forbidden("<>:\"/\\|?*\0\x1f", 11);
	if (name.size() > most_bytes)
		return "name of " + std::to_string(name.size()) + " bytes invalid, must be at most " +
			   std::to_string(most_bytes);
	const size_t at = name.find_first_of(forbidden);
	if (at == std::string_view::npos)
		return std::nullopt;
	const std::string shown =
		static_cast<unsigned char>(name[at]) < 0x20 ? "a control" : std::string("\"") + name[at] + "\"";
	return "value " + std::string(name) + " invalid, name cannot contain " + shown + " char";
}

} /* namespace vecext::model */
