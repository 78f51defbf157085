/*
 * jsonb_view.cpp: see jsonb_view.h.
 */
#include <charconv>
#include <cmath>
#include <cstring>

#include "filter/jsonb_view.h"

namespace vecext::pg {

using filter::JsonKind;
using filter::JsonNumber;

namespace {

/* The stored form of a numeric without its varlena header: two bytes of flags,
 * or flags and a weight, then digits to the base 10000. */
struct StoredNumeric {
	const char *digits;
	int n_digits;
	int weight; /* of the first digit, as a power of 10000 */
	int scale;  /* decimal digits behind the point that are shown */
	bool negative;

	int digit(int i) const
	{
		int16_t value;
		memcpy(&value, digits + 2 * i, sizeof(value));
		return value;
	}
};

constexpr uint16_t kShortForm = 0x8000;

StoredNumeric read_stored(const char *varlena)
{
	const char *at = VARDATA_ANY(varlena);
	const int size = static_cast<int>(VARSIZE_ANY_EXHDR(varlena));
	uint16_t header;
	memcpy(&header, at, sizeof(header));
	StoredNumeric number = {};
	if (header & kShortForm) {
		number.negative = (header & 0x2000) != 0;
		number.scale = (header & 0x1f80) >> 7;
		number.weight = (header & 0x40 ? ~0x3f : 0) | (header & 0x3f);
		number.digits = at + 2;
		number.n_digits = (size - 2) / 2;
	} else {
		int16_t weight;
		memcpy(&weight, at + 2, sizeof(weight));
		number.negative = (header & 0xc000) == 0x4000;
		number.scale = header & 0x3fff;
		number.weight = weight;
		number.digits = at + 4;
		number.n_digits = (size - 4) / 2;
	}
	return number;
}

/* An integer written without fraction that fits 64 bits. */
bool to_integer(const StoredNumeric &stored, int64_t *integer)
{
	if (stored.scale != 0 || stored.weight > 4)
		return false;
	__int128 value = 0;
	for (int i = 0; i <= stored.weight; i++)
		value = value * 10000 + (i < stored.n_digits ? stored.digit(i) : 0);
	value = stored.negative ? -value : value;
	*integer = static_cast<int64_t>(value);
	return value == *integer;
}

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
								   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Digits and power of ten are exact in a double, so one division or product
 * rounds once (W. D. Clinger, "How to read floating point numbers accurately"). */
bool to_double_exactly(const StoredNumeric &stored, double *value)
{
	if (stored.n_digits > 4)
		return false;
	int64_t digits = 0;
	for (int i = 0; i < stored.n_digits; i++)
		digits = digits * 10000 + stored.digit(i);
	int exponent = 4 * (stored.weight - stored.n_digits + 1);
	/* Trailing zeros of the last digit only cost range. */
	for (; exponent < 0 && digits != 0 && digits % 10 == 0; exponent++)
		digits /= 10;
	if (digits > INT64_C(1) << 53 || exponent < -22 || exponent > 22)
		return false;
	const double exact = static_cast<double>(digits);
	*value = exponent < 0 ? exact / kPowersOfTen[-exponent] : exact * kPowersOfTen[exponent];
	return true;
}

/* Through text, with as many digits as can matter for rounding. */
double to_double_by_text(const StoredNumeric &stored)
{
	constexpr int kMaxDigits = 200; /* a double needs 767 decimal digits at most */
	char text[kMaxDigits * 4 + 16];
	char *at = text;
	const int count = stored.n_digits < kMaxDigits ? stored.n_digits : kMaxDigits;
	for (int i = 0; i < count; i++)
		for (int digit = stored.digit(i), unit = 1000; unit; unit /= 10)
			*at++ = static_cast<char>('0' + digit / unit % 10);
	*at++ = 'e';
	at = std::to_chars(at, text + sizeof(text), 4 * (stored.weight - count + 1)).ptr;
	double value = 0;
	if (std::from_chars(text, at, value).ec == std::errc::result_out_of_range)
		value = stored.weight > 0 ? 1.7976931348623157e308 : 0;
	return value;
}

double to_double(const StoredNumeric &stored)
{
	double value = 0;
	if (!to_double_exactly(stored, &value))
		value = to_double_by_text(stored);
	return stored.negative ? -value : value;
}

} /* namespace */

JsonbView::JsonbView(const Jsonb *jsonb)
{
	const JsonbContainer *root = &jsonb->root;
	if (JsonContainerIsScalar(root)) {
		set_child(root, 0, reinterpret_cast<const char *>(&root->children[1]));
		return;
	}
	kind_ = JsonContainerIsObject(root) ? JsonKind::kObject : JsonKind::kArray;
	data_ = reinterpret_cast<const char *>(root);
}

JsonbView::JsonbView(JEntry entry, const char *base, uint32_t offset, uint32_t length)
{
	data_ = base + offset;
	length_ = length;
	if (JBE_ISSTRING(entry)) {
		kind_ = JsonKind::kString;
	} else if (JBE_ISNUMERIC(entry)) {
		kind_ = JsonKind::kNumber;
		data_ = base + INTALIGN(offset);
	} else if (JBE_ISBOOL(entry)) {
		kind_ = JsonKind::kBool;
		boolean_ = JBE_ISBOOL_TRUE(entry);
	} else if (JBE_ISCONTAINER(entry)) {
		data_ = base + INTALIGN(offset);
		kind_ = JsonContainerIsObject(container()) ? JsonKind::kObject : JsonKind::kArray;
	}
}

JsonNumber JsonbView::number() const
{
	const StoredNumeric stored = read_stored(data_);
	JsonNumber number = {0, 0, false};
	number.is_integer = to_integer(stored, &number.integer);
	number.value = number.is_integer ? static_cast<double>(number.integer) : to_double(stored);
	return number;
}

void JsonbView::set_child(const JsonbContainer *parent, uint32_t i, const char *base)
{
	*this = JsonbView(parent->children[i], base, getJsonbOffset(parent, static_cast<int>(i)),
					  getJsonbLength(parent, static_cast<int>(i)));
}

bool JsonbView::element(uint32_t i, JsonbView *value) const
{
	const JsonbContainer *array = container();
	const uint32_t count = JsonContainerSize(array);
	if (i >= count)
		return false;
	value->set_child(array, i, reinterpret_cast<const char *>(&array->children[count]));
	return true;
}

/* Keys are sorted by length, then by bytes. */
bool JsonbView::member(std::string_view key, JsonbView *value) const
{
	const JsonbContainer *object = container();
	const uint32_t count = JsonContainerSize(object);
	const char *base = reinterpret_cast<const char *>(&object->children[2 * count]);
	uint32_t low = 0, high = count;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const uint32_t length = getJsonbLength(object, static_cast<int>(middle));
		int order = length == key.size() ? 0 : length < key.size() ? -1 : 1;
		if (order == 0)
			order = memcmp(base + getJsonbOffset(object, static_cast<int>(middle)), key.data(), length);
		if (order == 0) {
			value->set_child(object, middle + count, base);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

} /* namespace vecext::pg */
