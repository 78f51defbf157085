/*
 * prometheus.cpp: names, labels, numbers.
 */
#include "telemetry/prometheus.h"

#include <charconv>
#include <cmath>

namespace vecext::telemetry {

namespace {

void append_escaped(std::string &out, std::string_view text)
{
	for (const char c : text) {
		if (c == '\n') {
			out += "\\n";
			continue;
		}
		if (c == '"' || c == '\\')
			out += '\\';
		out += c;
	}
}

void append_number(std::string &out, double value)
{
	if (std::isinf(value)) {
		out += value > 0 ? "+Inf" : "-Inf";
		return;
	}
	char digits[32];
	const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
	const auto end = whole ? std::to_chars(digits, digits + sizeof(digits), static_cast<long long>(value)).ptr
						   : std::to_chars(digits, digits + sizeof(digits), value).ptr;
	out.append(digits, end);
}

} /* namespace */

void PrometheusText::family(std::string_view name, std::string_view type, std::string_view help)
{
	name_ = prefix_;
	name_ += name;
	text_ += "# HELP " + name_ + " ";
	text_ += help;
	text_ += "\n# TYPE " + name_ + " ";
	text_ += type;
	text_ += "\n";
}

void PrometheusText::sample(double value, Labels labels, std::string_view suffix)
{
	text_ += name_;
	text_ += suffix;
	char before = '{';
	for (const auto &[label, text] : labels) {
		text_ += before;
		text_ += label;
		text_ += "=\"";
		append_escaped(text_, text);
		text_ += '"';
		before = ',';
	}
	text_ += before == ',' ? "} " : " ";
	append_number(text_, value);
	text_ += '\n';
}

void PrometheusText::single(std::string_view name, std::string_view type, std::string_view help, double value)
{
	family(name, type, help);
	sample(value);
}

} /* namespace vecext::telemetry */
