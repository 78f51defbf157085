/*
 * place.cpp: see place.h.
 */
#include "api/grpc/place.h"

#include "model/error.h"

namespace vecext::api::grpc {

namespace {

std::string text_of(uint64_t value)
{
	return std::to_string(value);
}

std::string text_of(double value)
{
	std::string text = std::to_string(value);
	while (text.back() == '0' && text[text.size() - 2] != '.')
		text.pop_back();
	return text;
}

template <class Number> Number not_below(const Place &place, Number value, Number minimum)
{
	if (!(value >= minimum))
		place.violation("value " + text_of(value) + " invalid, must be " + text_of(minimum) + " or larger");
	return value;
}

template <class Number> Number within(const Place &place, Number value, Number minimum, Number maximum)
{
	if (!(value >= minimum && value <= maximum))
		place.violation("value " + text_of(value) + " invalid, must be from " + text_of(minimum) + " to " +
						text_of(maximum));
	return value;
}

} /* namespace */

void Violations::finish() const
{
	if (texts_.empty())
		return;
	std::string text = "Validation error in body: [";
	for (size_t i = 0; i < texts_.size(); i++)
		text += (i == 0 ? "" : "; ") + texts_[i];
	throw model::Error(model::ErrorKind::kValidation, text + "]");
}

std::string Place::path() const
{
	std::string text = parent_ == nullptr ? std::string() : parent_->path();
	if (index_ >= 0)
		return text + "[" + std::to_string(index_) + "]";
	if (!field_.empty())
		text.append(text.empty() ? "" : ".").append(field_);
	return text;
}

void Place::malformed(const std::string &text) const
{
	const std::string place = path();
	throw model::Error(model::ErrorKind::kMalformed,
					   "Format error in body: " + (place.empty() ? "" : place + ": ") + text);
}

uint64_t Place::at_least(uint64_t value, uint64_t minimum) const
{
	return not_below(*this, value, minimum);
}

uint64_t Place::between(uint64_t value, uint64_t minimum, uint64_t maximum) const
{
	return within(*this, value, minimum, maximum);
}

double Place::at_least(double value, double minimum) const
{
	return not_below(*this, value, minimum);
}

double Place::between(double value, double minimum, double maximum) const
{
	return within(*this, value, minimum, maximum);
}

} /* namespace vecext::api::grpc */
