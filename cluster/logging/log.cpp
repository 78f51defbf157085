/*
 * log.cpp: sinks, formats and levels.
 */
#include "logging/log.h"

#include <spdlog/formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <optional>

#include "config/load.h"

namespace vecext::logging {

namespace {

using spdlog::level::level_enum;

constexpr const char *kMainTarget = "vecextd";

const char *level_name(level_enum level)
{
	switch (level) {
	case spdlog::level::trace:
		return "TRACE";
	case spdlog::level::debug:
		return "DEBUG";
	case spdlog::level::info:
		return "INFO";
	case spdlog::level::warn:
		return "WARN";
	default:
		return "ERROR";
	}
}

const char *level_color(level_enum level)
{
	switch (level) {
	case spdlog::level::warn:
		return "\033[33m";
	case spdlog::level::err:
	case spdlog::level::critical:
		return "\033[31m";
	case spdlog::level::info:
		return "\033[32m";
	default:
		return "\033[34m";
	}
}

std::optional<level_enum> level_of(std::string word)
{
	std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
	const std::pair<const char *, level_enum> words[] = {
		{"trace", spdlog::level::trace}, {"debug", spdlog::level::debug}, {"info", spdlog::level::info},
		{"warn", spdlog::level::warn},   {"error", spdlog::level::err},   {"off", spdlog::level::off},
	};
	for (const auto &[name, level] : words)
		if (word == name)
			return level;
	return std::nullopt;
}

void append(spdlog::memory_buf_t &out, std::string_view text)
{
	out.append(text.data(), text.data() + text.size());
}

/* 2026-01-02T03:04:05.678901Z */
void append_time(spdlog::memory_buf_t &out, spdlog::log_clock::time_point time)
{
	const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
	const time_t seconds = micros / 1000000;
	tm parts{};
	gmtime_r(&seconds, &parts);
	char text[48];
	const size_t length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text + length, sizeof(text) - length, ".%06dZ", static_cast<int>(micros % 1000000));
	append(out, text);
}

class TextFormat final : public spdlog::formatter {
public:
	explicit TextFormat(bool color) : color_(color) {}

	void format(const spdlog::details::log_msg &message, spdlog::memory_buf_t &out) override
	{
		append_time(out, message.time);
		append(out, color_ ? level_color(message.level) : "");
		char level[8];
		snprintf(level, sizeof(level), " %5s ", level_name(message.level));
		append(out, level);
		append(out, color_ ? "\033[0m" : "");
		append(out, {message.logger_name.data(), message.logger_name.size()});
		append(out, ": ");
		append(out, {message.payload.data(), message.payload.size()});
		append(out, "\n");
	}

	std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextFormat>(color_); }

private:
	bool color_;
};

class JsonFormat final : public spdlog::formatter {
public:
	void format(const spdlog::details::log_msg &message, spdlog::memory_buf_t &out) override
	{
		append(out, "{\"timestamp\":\"");
		append_time(out, message.time);
		append(out, "\",\"level\":\"");
		append(out, level_name(message.level));
		append(out, "\",\"fields\":{\"message\":\"");
		append_escaped(out, {message.payload.data(), message.payload.size()});
		append(out, "\"},\"target\":\"");
		append_escaped(out, {message.logger_name.data(), message.logger_name.size()});
		append(out, "\"}\n");
	}

	std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormat>(); }

private:
	static void append_escaped(spdlog::memory_buf_t &out, std::string_view text)
	{
		for (const char c : text) {
			if (c == '"' || c == '\\') {
				out.push_back('\\');
				out.push_back(c);
			} else if (static_cast<unsigned char>(c) < 0x20) {
				char escape[8];
				snprintf(escape, sizeof(escape), "\\u%04x", c);
				append(out, escape);
			} else {
				out.push_back(c);
			}
		}
	}
};

std::unique_ptr<spdlog::formatter> make_format(config::LogFormat format, bool color)
{
	if (format == config::LogFormat::kJson)
		return std::make_unique<JsonFormat>();
	return std::make_unique<TextFormat>(color);
}

/* One output with levels and a format of its own. */
class Output final : public spdlog::sinks::sink {
public:
	Output(Levels levels, std::unique_ptr<spdlog::formatter> format, FILE *file, bool owned)
		: levels_(std::move(levels)), format_(std::move(format)), file_(file), owned_(owned)
	{
	}

	~Output() override
	{
		if (owned_)
			fclose(file_);
	}

	void log(const spdlog::details::log_msg &message) override
	{
		if (message.level < levels_.of({message.logger_name.data(), message.logger_name.size()}))
			return;
		const std::lock_guard lock(mutex_);
		spdlog::memory_buf_t line;
		format_->format(message, line);
		fwrite(line.data(), 1, line.size(), file_);
		fflush(file_);
	}

	void flush() override {}
	void set_pattern(const std::string &) override {}
	void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

	const Levels &levels() const { return levels_; }

private:
	const Levels levels_;
	std::mutex mutex_;
	std::unique_ptr<spdlog::formatter> format_;
	FILE *file_;
	bool owned_;
};

/* What there is of it all. Loggers point to `fan`, whose outputs are exchanged. */
struct State {
	std::mutex mutex;
	config::LoggerSettings settings;
	std::vector<std::shared_ptr<Output>> outputs;
	std::shared_ptr<spdlog::sinks::dist_sink_mt> fan = std::make_shared<spdlog::sinks::dist_sink_mt>();

	level_enum least(const std::string &target) const
	{
		level_enum least = spdlog::level::off;
		for (const auto &output : outputs)
			least = std::min(least, output->levels().of(target));
		return least;
	}
};

State &state()
{
	static State the_state;
	return the_state;
}

std::shared_ptr<Output> open_stdout(const config::LoggerSettings &settings, std::vector<std::string> &unknown)
{
	const bool color = settings.color.value_or(isatty(STDOUT_FILENO));
	return std::make_shared<Output>(parse_levels(settings.log_level, unknown), make_format(settings.format, color),
									stdout, false);
}

std::shared_ptr<Output> open_file(const config::LoggerSettings &settings, std::vector<std::string> &unknown)
{
	const auto &disk = settings.on_disk;
	FILE *file = fopen(disk.log_file.c_str(), "ae");
	if (!file)
		throw config::ConfigError("logger.on_disk.log_file: " + disk.log_file + " cannot be written");
	const std::string &level = disk.log_level.empty() ? settings.log_level : disk.log_level;
	return std::make_shared<Output>(parse_levels(level, unknown), make_format(disk.format, false), file, true);
}

} /* namespace */

level_enum Levels::of(std::string_view target) const
{
	const auto found = targets.find(target);
	return found == targets.end() ? general : found->second;
}

Levels parse_levels(const std::string &directives, std::vector<std::string> &unknown)
{
	Levels levels;
	for (size_t start = 0; start <= directives.size();) {
		const size_t comma = std::min(directives.find(',', start), directives.size());
		const std::string directive = directives.substr(start, comma - start);
		start = comma + 1;
		const size_t equals = directive.find('=');
		const std::string word = equals == std::string::npos ? directive : directive.substr(equals + 1);
		const std::optional<level_enum> level = level_of(word);
		if (!level && !directive.empty())
			unknown.push_back(directive);
		else if (level && equals == std::string::npos)
			levels.general = *level;
		else if (level)
			levels.targets[directive.substr(0, equals)] = *level;
	}
	return levels;
}

void set_up(const config::LoggerSettings &settings)
{
	std::vector<std::string> unknown;
	std::vector<std::shared_ptr<Output>> outputs{open_stdout(settings, unknown)};
	if (settings.on_disk.enabled)
		outputs.push_back(open_file(settings, unknown));

	State &log = state();
	{
		const std::lock_guard lock(log.mutex);
		log.settings = settings;
		log.outputs = outputs;
		log.fan->set_sinks({outputs.begin(), outputs.end()});
		spdlog::apply_all(
			[&](const std::shared_ptr<spdlog::logger> &logger) { logger->set_level(log.least(logger->name())); });
	}
	spdlog::set_default_logger(target(kMainTarget));
	for (const std::string &directive : unknown)
		spdlog::warn("log_level: \"{}\" is no level and is ignored", directive);
}

config::LoggerSettings current()
{
	State &log = state();
	const std::lock_guard lock(log.mutex);
	return log.settings;
}

std::shared_ptr<spdlog::logger> target(const std::string &name)
{
	State &log = state();
	const std::lock_guard lock(log.mutex);
	if (auto known = spdlog::get(name))
		return known;
	auto logger = std::make_shared<spdlog::logger>(name, log.fan);
	logger->set_level(log.least(name));
	spdlog::register_logger(logger);
	return logger;
}

} /* namespace vecext::logging */
