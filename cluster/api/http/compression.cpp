/*
 * compression.cpp: zlib streams, and the headers that choose them.
 */
#include "api/http/compression.h"

#include <zlib.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace vecext::api::http {

namespace {

/* JSON shrinks to a third already at the lowest level, which is what a server that
 * has other things to compute can afford. */
constexpr int kLevel = 1;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;

std::string_view trimmed(std::string_view text)
{
	const size_t first = text.find_first_not_of(" \t");
	if (first == std::string_view::npos)
		return {};
	return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text)
{
	std::string out(text);
	for (char &c : out)
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
	return out;
}

/* Whether ";q=0.000" or the like forbids a coding. */
bool is_forbidden(std::string_view parameters)
{
	const size_t at = parameters.find("q=");
	if (at == std::string_view::npos)
		return false;
	double quality = 1;
	std::from_chars(parameters.data() + at + 2, parameters.data() + parameters.size(), quality);
	return quality <= 0;
}

void set_input(z_stream &stream, std::string_view text)
{
	stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
	stream.avail_in = static_cast<uInt>(text.size());
}

class Inflater {
public:
	explicit Inflater(int window)
	{
		if (inflateInit2(&stream_, window) != Z_OK)
			throw std::bad_alloc();
	}
	~Inflater() { inflateEnd(&stream_); }
	Inflater(const Inflater &) = delete;
	Inflater &operator=(const Inflater &) = delete;

	Inflate run(std::string_view compressed, uint64_t limit, std::string &out)
	{
		set_input(stream_, compressed);
		std::array<char, 65536> chunk;
		for (;;) {
			stream_.next_out = reinterpret_cast<Bytef *>(chunk.data());
			stream_.avail_out = chunk.size();
			const int status = inflate(&stream_, Z_NO_FLUSH);
			if (status != Z_OK && status != Z_STREAM_END)
				return Inflate::kCorrupt;
			const size_t made = chunk.size() - stream_.avail_out;
			if (out.size() + made > limit)
				return Inflate::kTooLarge;
			out.append(chunk.data(), made);
			if (status == Z_STREAM_END)
				return stream_.avail_in == 0 ? Inflate::kDone : Inflate::kCorrupt;
		}
	}

private:
	z_stream stream_{};
};

/* "deflate" should be a zlib stream, but some clients send a bare one. */
bool looks_like_zlib(std::string_view text)
{
	if (text.size() < 2)
		return false;
	const unsigned first = static_cast<unsigned char>(text[0]), second = static_cast<unsigned char>(text[1]);
	return (first & 15) == 8 && (first * 256 + second) % 31 == 0;
}

} /* namespace */

std::optional<Coding> coding_of(std::string_view name)
{
	const std::string word = lower(trimmed(name));
	if (word.empty() || word == "identity")
		return Coding::kIdentity;
	if (word == "gzip" || word == "x-gzip")
		return Coding::kGzip;
	if (word == "deflate")
		return Coding::kDeflate;
	return std::nullopt;
}

Coding preferred_coding(std::string_view accept_encoding)
{
	Coding best = Coding::kIdentity;
	while (!accept_encoding.empty()) {
		const size_t comma = accept_encoding.find(',');
		const std::string_view item = accept_encoding.substr(0, comma);
		accept_encoding = comma == std::string_view::npos ? std::string_view() : accept_encoding.substr(comma + 1);
		const size_t semicolon = item.find(';');
		const std::string word = lower(trimmed(item.substr(0, semicolon)));
		if (semicolon != std::string_view::npos && is_forbidden(item.substr(semicolon)))
			continue;
		if (word == "gzip" || word == "*")
			return Coding::kGzip;
		if (word == "deflate")
			best = Coding::kDeflate;
	}
	return best;
}

std::string compress(std::string_view text, Coding coding)
{
	z_stream stream{};
	if (deflateInit2(&stream, kLevel, Z_DEFLATED, coding == Coding::kGzip ? kGzipWindow : kZlibWindow, 8,
					 Z_DEFAULT_STRATEGY) != Z_OK)
		throw std::bad_alloc();
	std::string out(deflateBound(&stream, text.size()), '\0');
	set_input(stream, text);
	stream.next_out = reinterpret_cast<Bytef *>(out.data());
	stream.avail_out = static_cast<uInt>(out.size());
	const int status = deflate(&stream, Z_FINISH);
	out.resize(out.size() - stream.avail_out);
	deflateEnd(&stream);
	if (status != Z_STREAM_END)
		throw std::runtime_error("zlib: the output does not fit its bound");
	return out;
}

Inflate decompress(std::string_view compressed, Coding coding, uint64_t limit, std::string &out)
{
	const int window = coding == Coding::kGzip ? kGzipWindow : looks_like_zlib(compressed) ? kZlibWindow : kRawWindow;
	return Inflater(window).run(compressed, limit, out);
}

} /* namespace vecext::api::http */
