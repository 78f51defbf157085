/*
 * place.h: where in a request a value stands, for the texts of errors.
 *
 * What cannot be understood throws model::Error (kMalformed, "Format error in
 * body: ..."). What is out of bounds is noted in the Violations and thrown for all
 * fields at once by finish() (kValidation, "Validation error in body: [...]").
 *
 * A Place points to its parent: it must not outlive it.
 */
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vecext::api::grpc {

class Violations {
public:
	void add(const std::string &path, const std::string &text) { texts_.push_back(path + ": " + text); }
	void finish() const; /* throws when there was one */

private:
	std::vector<std::string> texts_;
};

class Place {
public:
	explicit Place(Violations &violations) : violations_(violations) {}

	Place in(std::string_view field) const { return Place(*this, field, -1); }
	Place at(size_t index) const { return Place(*this, {}, static_cast<int64_t>(index)); }
	std::string path() const;

	void violation(const std::string &text) const { violations_.add(path(), text); }
	[[noreturn]] void malformed(const std::string &text) const;

	/* Numbers with bounds; a violation is noted and the value returned. */
	uint64_t at_least(uint64_t value, uint64_t minimum) const;
	uint64_t between(uint64_t value, uint64_t minimum, uint64_t maximum) const;
	double at_least(double value, double minimum) const;
	double between(double value, double minimum, double maximum) const;

private:
	Place(const Place &parent, std::string_view field, int64_t index)
		: violations_(parent.violations_), parent_(&parent), field_(field), index_(index)
	{
	}

	Violations &violations_;
	const Place *parent_ = nullptr;
	std::string_view field_;
	int64_t index_ = -1;
};

} /* namespace vecext::api::grpc */
