/*
 * languages.cpp: names and codes.
 */
#include "api/common/languages.h"

#include <utility>

namespace vecext::api {

namespace {

constexpr std::pair<std::string_view, std::string_view> kLanguages[] = {
	{"arabic", "ar"},      {"armenian", "hy"},  {"azerbaijani", "az"}, {"basque", "eu"},     {"bengali", "bn"},
	{"catalan", "ca"},     {"chinese", "zh"},   {"danish", "da"},      {"dutch", "nl"},      {"english", "en"},
	{"finnish", "fi"},     {"french", "fr"},    {"german", "de"},      {"greek", "el"},      {"hebrew", "he"},
	{"hinglish", "hi-en"}, {"hungarian", "hu"}, {"indonesian", "id"},  {"italian", "it"},    {"japanese", "jp"},
	{"kazakh", "kk"},      {"nepali", "ne"},    {"norwegian", "no"},   {"portuguese", "pt"}, {"romanian", "ro"},
	{"russian", "ru"},     {"slovene", "sl"},   {"spanish", "es"},     {"swedish", "sv"},    {"tajik", "tg"},
	{"tamil", "ta"},       {"turkish", "tr"}};

} /* namespace */

std::optional<std::string_view> language_name(std::string_view given)
{
	for (const auto &[name, code] : kLanguages)
		if (given == name || given == code)
			return name;
	return std::nullopt;
}

} /* namespace vecext::api */
