/*
 * table.h: reads the tables of hand-computed cases in test/unit/data: a case a
 * line, parts of it separated by "|" or ">", numbers in them by blanks. Lines that
 * begin with # are comments.
 */
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace vecext::test {

struct TableLine {
	std::string name;                       /* first word of the line */
	std::vector<std::vector<double>> parts; /* of numbers; first those behind the name */
	std::vector<double> expected;           /* behind ">" */
	int number;
};

inline std::vector<double> numbers_of(const std::string &text)
{
	std::vector<double> numbers;
	std::istringstream words(text);
	for (std::string word; words >> word;)
		for (size_t colon; !word.empty(); word = colon == word.npos ? "" : word.substr(colon + 1)) {
			colon = word.find(':');
			numbers.push_back(std::stod(word.substr(0, colon)));
		}
	return numbers;
}

inline TableLine parse_line(std::string line, int number)
{
	TableLine result;
	result.number = number;
	if (const size_t arrow = line.find('>'); arrow != line.npos) {
		result.expected = numbers_of(line.substr(arrow + 1));
		line.resize(arrow);
	}
	const size_t name_end = line.find(' ');
	result.name = line.substr(0, name_end);
	std::istringstream parts(line.substr(name_end));
	for (std::string part; std::getline(parts, part, '|');)
		result.parts.push_back(numbers_of(part));
	return result;
}

inline std::vector<TableLine> read_table(const std::string &file_name)
{
	std::ifstream file(std::string(VECEXT_TEST_DATA) + "/" + file_name);
	std::vector<TableLine> lines;
	std::string line;
	for (int number = 1; std::getline(file, line); number++)
		if (!line.empty() && line[0] != '#')
			lines.push_back(parse_line(line, number));
	return lines;
}

} /* namespace vecext::test */
