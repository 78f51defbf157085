/*
 * prometheus.h: the text format of metrics, version 0.0.4.
 */
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace vecext::telemetry {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class PrometheusText {
public:
	/* `prefix` goes before every name. */
	explicit PrometheusText(std::string prefix) : prefix_(std::move(prefix)) {}

	/* Samples that follow belong to it. `type`: gauge, counter, histogram. */
	void family(std::string_view name, std::string_view type, std::string_view help);
	void sample(double value, Labels labels = {}, std::string_view suffix = {});

	/* A family of one sample. */
	void single(std::string_view name, std::string_view type, std::string_view help, double value);

	std::string take() { return std::move(text_); }

private:
	std::string prefix_, name_, text_;
};

} /* namespace vecext::telemetry */
