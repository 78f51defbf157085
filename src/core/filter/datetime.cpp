/*
 * datetime.cpp: see datetime.h. Days from dates by H. Hinnant's formula for the
 * proleptic Gregorian calendar ("chrono-Compatible Low-Level Date Algorithms").
 */
#include "vecext/filter/datetime.h"

namespace vecext::filter {

namespace {

bool take_number(std::string_view *text, size_t digits, int *value)
{
	if (text->size() < digits)
		return false;
	*value = 0;
	for (size_t i = 0; i < digits; i++) {
		const char c = (*text)[i];
		if (c < '0' || c > '9')
			return false;
		*value = *value * 10 + (c - '0');
	}
	text->remove_prefix(digits);
	return true;
}

bool take_char(std::string_view *text, char expected)
{
	if (!text->starts_with(expected))
		return false;
	text->remove_prefix(1);
	return true;
}

int days_of_month(int year, int month)
{
	constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return kDays[month - 1] + (month == 2 && leap);
}

int64_t days_since_epoch(int year, int month, int day)
{
	const int y = year - (month <= 2);
	const int era = (y >= 0 ? y : y - 399) / 400;
	const int year_of_era = y - era * 400;
	const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return static_cast<int64_t>(era) * 146097 + day_of_era - 719468;
}

bool take_date(std::string_view *text, int64_t *days)
{
	int year, month, day;
	if (!take_number(text, 4, &year) || !take_char(text, '-') || !take_number(text, 2, &month) ||
		!take_char(text, '-') || !take_number(text, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
		return false;
	*days = days_since_epoch(year, month, day);
	return true;
}

bool take_fraction(std::string_view *text, int64_t *microseconds)
{
	size_t digits = 0;
	int64_t weight = 100000;
	for (; digits < text->size() && (*text)[digits] >= '0' && (*text)[digits] <= '9'; digits++) {
		*microseconds += weight * ((*text)[digits] - '0');
		weight /= 10;
	}
	text->remove_prefix(digits);
	return digits > 0;
}

/* hh:mm[:ss[.fraction]]; a leap second counts as the second after it. */
bool take_time(std::string_view *text, int64_t *microseconds)
{
	int hour, minute, second = 0;
	if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute))
		return false;
	const bool with_seconds = take_char(text, ':');
	if (with_seconds && !take_number(text, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*microseconds = ((hour * 60 + minute) * 60 + second) * INT64_C(1000000);
	return !with_seconds || !take_char(text, '.') || take_fraction(text, microseconds);
}

bool take_offset(std::string_view *text, int64_t *minutes)
{
	*minutes = 0;
	if (text->empty() || take_char(text, 'Z') || take_char(text, 'z'))
		return true;
	const bool west = text->starts_with('-');
	int hour, minute;
	if (!(take_char(text, '+') || take_char(text, '-')) || !take_number(text, 2, &hour) || !take_char(text, ':') ||
		!take_number(text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = (west ? -1 : 1) * (hour * 60 + minute);
	return true;
}

} /* namespace */

bool read_datetime(std::string_view text, int64_t *microseconds) noexcept
{
	int64_t days, time = 0, offset = 0;
	if (!take_date(&text, &days))
		return false;
	if (!text.empty()) {
		if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
			return false;
		if (!take_time(&text, &time) || !take_offset(&text, &offset) || !text.empty())
			return false;
	}
	*microseconds = days * INT64_C(86400000000) + time - offset * INT64_C(60000000);
	return true;
}

} /* namespace vecext::filter */
