/*
 * json.cpp: the reader of JSON texts, by recursive descent (RFC 8259).
 *
 * The items of an array are collected on a growing arena array and become the
 * value's own when the array closes; what growing leaves behind is bounded by
 * the tree's size.
 */
#include "vecext/filter/json.h"

#include <charconv>

namespace vecext::filter {

const JsonValue *JsonValue::find(std::string_view key) const
{
	if (kind_ != JsonKind::kObject)
		return nullptr;
	for (uint32_t i = size_; i-- > 0;)
		if (members_[i].key == key)
			return &members_[i].value;
	return nullptr;
}

bool JsonValue::member(std::string_view key, JsonValue *value) const
{
	const JsonValue *found = find(key);
	if (found)
		*value = *found;
	return found != nullptr;
}

bool JsonValue::element(uint32_t i, JsonValue *value) const
{
	if (i >= size_)
		return false;
	*value = items_[i];
	return true;
}

/* Each read_* consumes one construct at at_; false when it is not well-formed,
 * with at_ where reading stopped. */
class JsonReader {
public:
	JsonReader(std::string_view text, Arena arena)
		: begin_(text.data()), at_(begin_), end_(begin_ + text.size()), arena_(arena)
	{
	}

	Status read_document(JsonValue *value)
	{
		if (!read_value(value, 0))
			return failure();
		skip_space();
		return at_ == end_ ? Status::ok() : failure();
	}

private:
	Status failure() const
	{
		const auto at = static_cast<size_t>(at_ - begin_);
		if (too_deep_)
			return Status::error(ErrorKind::kInvalidParameter, "invalid JSON at byte %zu", at)
				.detail("Arrays and objects are nested at most %d deep.", kMaxJsonDepth);
		return Status::error(ErrorKind::kInvalidParameter, "invalid JSON at byte %zu", at);
	}

	void skip_space()
	{
		while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
			at_++;
	}

	bool take(char expected)
	{
		skip_space();
		if (at_ == end_ || *at_ != expected)
			return false;
		at_++;
		return true;
	}

	bool take_word(std::string_view word)
	{
		if (std::string_view(at_, static_cast<size_t>(end_ - at_)).substr(0, word.size()) != word)
			return false;
		at_ += word.size();
		return true;
	}

	bool read_value(JsonValue *value, int depth)
	{
		skip_space();
		const char *start = at_;
		if (at_ == end_ || !read_any(value, depth))
			return false;
		value->source_ = {start, static_cast<size_t>(at_ - start)};
		return true;
	}

	bool read_any(JsonValue *value, int depth)
	{
		switch (*at_) {
		case '{':
			return enter(depth) && read_object(value, depth + 1);
		case '[':
			return enter(depth) && read_array(value, depth + 1);
		case '"':
			value->kind_ = JsonKind::kString;
			return read_string(&value->text_);
		case 't':
		case 'f':
			value->kind_ = JsonKind::kBool;
			value->boolean_ = *at_ == 't';
			return take_word(*at_ == 't' ? "true" : "false");
		case 'n':
			value->kind_ = JsonKind::kNull;
			return take_word("null");
		default:
			return read_number(value);
		}
	}

	bool enter(int depth)
	{
		too_deep_ = depth >= kMaxJsonDepth;
		at_ += !too_deep_;
		return !too_deep_;
	}

	bool read_array(JsonValue *array, int depth)
	{
		ArenaVector<JsonValue> items;
		items.init(arena_, 0);
		if (!take(']')) {
			do {
				JsonValue item;
				if (!read_value(&item, depth))
					return false;
				items.push_back(item);
			} while (take(','));
			if (!take(']'))
				return false;
		}
		array->kind_ = JsonKind::kArray;
		array->items_ = items.begin();
		array->size_ = items.size();
		return true;
	}

	bool read_object(JsonValue *object, int depth)
	{
		ArenaVector<JsonMember> members;
		members.init(arena_, 0);
		if (!take('}')) {
			do {
				JsonMember member;
				skip_space();
				if (at_ == end_ || *at_ != '"' || !read_string(&member.key) || !take(':') ||
					!read_value(&member.value, depth))
					return false;
				members.push_back(member);
			} while (take(','));
			if (!take('}'))
				return false;
		}
		object->kind_ = JsonKind::kObject;
		object->members_ = members.begin();
		object->size_ = members.size();
		return true;
	}

	bool read_number(JsonValue *value)
	{
		const char *start = at_;
		const char *at = at_ + (*at_ == '-');
		bool integer = true;
		if (!skip_digits(&at) || (at - start > 1 + (*start == '-') && start[*start == '-'] == '0'))
			return false;
		if (at < end_ && *at == '.') {
			integer = false;
			if (!skip_digits(&++at))
				return false;
		}
		if (at < end_ && (*at == 'e' || *at == 'E')) {
			integer = false;
			at++;
			at += at < end_ && (*at == '-' || *at == '+');
			if (!skip_digits(&at))
				return false;
		}
		value->kind_ = JsonKind::kNumber;
		value->number_ = to_number(start, at, integer);
		at_ = at;
		return true;
	}

	bool skip_digits(const char **at) const
	{
		const char *start = *at;
		while (*at < end_ && **at >= '0' && **at <= '9')
			(*at)++;
		return *at > start;
	}

	/* from_chars leaves a value out of range alone; JSON has no infinity, so it
	 * becomes the largest float of its sign, or zero. */
	static JsonNumber to_number(const char *start, const char *end, bool integer)
	{
		JsonNumber number = {0, 0, false};
		if (integer && std::from_chars(start, end, number.integer).ec == std::errc()) {
			number.is_integer = true;
			number.value = static_cast<double>(number.integer);
			return number;
		}
		if (std::from_chars(start, end, number.value).ec == std::errc::result_out_of_range)
			number.value = out_of_range(start, end);
		return number;
	}

	static double out_of_range(const char *start, const char *end)
	{
		const std::string_view text(start, static_cast<size_t>(end - start));
		const size_t exponent = text.find_first_of("eE");
		const bool tiny = exponent != text.npos && exponent + 1 < text.size() && text[exponent + 1] == '-';
		const double size = tiny || text.starts_with("0.") || text.starts_with("-0.") ? 0 : 1.7976931348623157e308;
		return *start == '-' ? -size : size;
	}

	bool read_string(std::string_view *text)
	{
		const char *start = ++at_;
		while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<uint8_t>(*at_) >= 0x20)
			at_++;
		if (at_ == end_ || *at_ == '\\')
			return at_ < end_ && read_escaped(start, text);
		*text = {start, static_cast<size_t>(at_ - start)};
		return *at_++ == '"';
	}

	/* A string with escapes, copied: it cannot become longer than its text. */
	bool read_escaped(const char *start, std::string_view *text)
	{
		const char *close = at_;
		while (close < end_ && *close != '"')
			close += *close == '\\' ? 2 : 1;
		if (close >= end_)
			return false;
		char *copy = arena_.allocate<char>(static_cast<size_t>(close - start));
		size_t size = static_cast<size_t>(at_ - start);
		memcpy(copy, start, size);
		while (*at_ != '"') {
			if (static_cast<uint8_t>(*at_) < 0x20)
				return false;
			if (*at_ != '\\')
				copy[size++] = *at_++;
			else if (!read_escape(copy, &size))
				return false;
		}
		at_++;
		*text = {copy, size};
		return true;
	}

	bool read_escape(char *copy, size_t *size)
	{
		constexpr std::string_view kNames = "\"\\/bfnrt";
		constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
		const char name = at_[1];
		at_ += 2;
		const size_t known = kNames.find(name);
		if (known != kNames.npos) {
			copy[(*size)++] = kMeanings[known];
			return true;
		}
		uint32_t character;
		if (name != 'u' || !read_hex(&character))
			return false;
		if (character >= 0xdc00 && character <= 0xdfff)
			return false;
		if (character >= 0xd800 && character <= 0xdbff) {
			uint32_t low;
			if (!take_word("\\u") || !read_hex(&low) || low < 0xdc00 || low > 0xdfff)
				return false;
			character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
		}
		append_utf8(character, copy, size);
		return true;
	}

	bool read_hex(uint32_t *value)
	{
		if (end_ - at_ < 4)
			return false;
		const auto read = std::from_chars(at_, at_ + 4, *value, 16);
		const bool whole = read.ec == std::errc() && read.ptr == at_ + 4;
		at_ += whole ? 4 : 0;
		return whole;
	}

	static void append_utf8(uint32_t c, char *copy, size_t *size)
	{
		if (c < 0x80) {
			copy[(*size)++] = static_cast<char>(c);
			return;
		}
		const int rest = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
		const uint32_t marks[] = {0, 0xc0, 0xe0, 0xf0};
		copy[(*size)++] = static_cast<char>(marks[rest] | (c >> (6 * rest)));
		for (int i = rest - 1; i >= 0; i--)
			copy[(*size)++] = static_cast<char>(0x80 | ((c >> (6 * i)) & 0x3f));
	}

	const char *begin_;
	const char *at_;
	const char *end_;
	Arena arena_;
	bool too_deep_ = false;
};

Result<const JsonValue *> parse_json(std::string_view text, Arena arena)
{
	JsonValue *value = new (arena.allocate<JsonValue>(1)) JsonValue();
	Status status = JsonReader(text, arena).read_document(value);
	if (!status.is_ok())
		return status;
	return static_cast<const JsonValue *>(value);
}

} /* namespace vecext::filter */
