/*
 * compression.h: gzip and deflate of message bodies (zlib).
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vecext::api::http {

enum class Coding : uint8_t { kIdentity, kGzip, kDeflate };

/* What a Content-Encoding names; unset for one that we do not know. */
std::optional<Coding> coding_of(std::string_view name);

/* The best coding that an Accept-Encoding allows: gzip, then deflate. */
Coding preferred_coding(std::string_view accept_encoding);

std::string compress(std::string_view text, Coding coding);

enum class Inflate : uint8_t { kDone, kCorrupt, kTooLarge };

/* Appends the plain text to `out`; stops at `limit` bytes. */
Inflate decompress(std::string_view compressed, Coding coding, uint64_t limit, std::string &out);

} /* namespace vecext::api::http */
