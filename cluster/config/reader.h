/*
 * reader.h: one value of the layers as the type that a setting has.
 *
 * Each read() leaves the default alone where no layer names the key, and throws a
 * ConfigError that names key, value, source and what is expected where it cannot
 * be used. Null, and an empty text of a variable, mean unset for optional settings.
 */
#pragma once

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "config/layers.h"
#include "config/load.h"

namespace vecext::config {

class Reader {
public:
	explicit Reader(Layers &layers) : layers_(layers) {}

	void read(const std::string &key, bool &out) const;
	void read(const std::string &key, std::string &out) const; /* null: "" */
	void read(const std::string &key, double &out, double low, double high) const;

	template <class Integer>
	void read(const std::string &key, Integer &out, uint64_t low = 0,
			  uint64_t high = std::numeric_limits<Integer>::max()) const
	{
		if (const Value *value = layers_.find(key))
			out = static_cast<Integer>(integer(key, *value, low, high));
	}

	template <class Type, class... Limits>
	void read(const std::string &key, std::optional<Type> &out, Limits... limits) const
	{
		const Value *value = layers_.find(key);
		if (!value)
			return;
		if (is_unset(*value)) {
			out.reset();
			return;
		}
		Type read_value{};
		read(key, read_value, limits...);
		out = read_value;
	}

	template <class Duration> void read_duration(const std::string &key, Duration &out) const
	{
		uint64_t count = static_cast<uint64_t>(out.count());
		read(key, count, 0, 1000000000);
		out = Duration(count);
	}

	/* One of the words; case does not matter. */
	template <class Type>
	bool read_word(const std::string &key, Type &out, std::initializer_list<std::pair<const char *, Type>> words) const
	{
		const Value *value = layers_.find(key);
		if (!value || is_unset(*value))
			return false;
		std::string expected;
		for (const auto &[word, meaning] : words) {
			if (same_word(value->text, word)) {
				out = meaning;
				return true;
			}
			expected += (expected.empty() ? "one of " : ", ") + std::string(word);
		}
		refuse(key, *value, expected);
	}

	[[noreturn]] static void refuse(const std::string &key, const Value &value, const std::string &expected);

private:
	static bool is_unset(const Value &value);
	static bool same_word(const std::string &text, const char *word);
	static uint64_t integer(const std::string &key, const Value &value, uint64_t low, uint64_t high);

	Layers &layers_;
};

} /* namespace vecext::config */
