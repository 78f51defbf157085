/*
 * stopword_files.cpp: see stopword_files.h.
 *
 * Called by the core within guarded(): nothing of PostgreSQL's that may raise an
 * error is called, so files are read by the standard library and not by
 * tsearch_readline().
 */
#include "filter/stopword_files.h"

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "pg/compat.h"

#include "vecext/filter/text.h"

namespace vecext::pg {

namespace {

struct StopwordList {
	std::string text;
	std::vector<std::string_view> words; /* of the text */
};

std::string path_of(std::string_view language)
{
	char share[MAXPGPATH];
	get_share_path(my_exec_path, share);
	return std::string(share) + "/tsearch_data/" + std::string(language) + ".stop";
}

bool append_line(void *text, std::string_view word)
{
	static_cast<std::string *>(text)->append(word).push_back('\n');
	return false;
}

/* The words of the file in lower case, a line each; empty when there is no file. */
std::string read_words(const std::string &path)
{
	filter::TextOptions options;
	options.tokenizer = filter::Tokenizer::kWhitespace;
	std::string text;
	std::ifstream file(path);
	for (std::string line; std::getline(file, line);)
		filter::visit_tokens(options, line, filter::TextSide::kQuery, {append_line, &text});
	return text;
}

void cut_into_words(StopwordList *list)
{
	std::string_view rest = list->text;
	for (size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1))
		list->words.push_back(rest.substr(0, end));
}

/* Lists stay for good, so that what points into them does. */
std::span<const std::string_view> list_of(std::string_view language)
{
	static std::map<std::string, StopwordList, std::less<>> lists;
	const auto known = lists.find(language);
	if (known != lists.end())
		return known->second.words;
	std::string text = read_words(path_of(language));
	if (text.empty())
		return {};
	StopwordList &list = lists[std::string(language)];
	list.text = std::move(text);
	cut_into_words(&list);
	return list.words;
}

} /* namespace */

void define_stopword_files()
{
	filter::set_stopword_source(list_of);
}

} /* namespace vecext::pg */
