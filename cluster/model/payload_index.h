/*
 * payload_index.h: the schema of an indexed payload field.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/collection_config.h"

namespace vecext::model {

enum class PayloadFieldType : uint8_t { kKeyword, kInteger, kFloat, kGeo, kText, kBool, kDatetime, kUuid };
enum class Tokenizer : uint8_t { kWord, kWhitespace, kPrefix, kMultilingual };

struct Stopwords {
	std::vector<std::string> languages; /* canonical names: "english" */
	std::vector<std::string> custom;
	bool single_language = false; /* sent as a bare language name: echoed so */
	bool operator==(const Stopwords &) const = default;
};

struct Stemmer {
	bool none = false; /* {"type": "none"}: stemming switched off */
	std::string language;
	bool operator==(const Stemmer &) const = default;
};

struct TextIndexParams {
	std::optional<Tokenizer> tokenizer;
	std::optional<bool> lowercase, ascii_folding, phrase_matching;
	std::optional<uint64_t> min_token_len, max_token_len;
	std::optional<Stopwords> stopwords;
	std::optional<Stemmer> stemmer;
	bool operator==(const TextIndexParams &) const = default;
};

/* Fields that a type has not stay unset. */
struct PayloadFieldSchema {
	PayloadFieldType type = PayloadFieldType::kKeyword;
	bool has_params = false; /* sent as an object: echoed as `params` */
	std::optional<bool> is_tenant, is_principal, on_disk, lookup, range, prefix, enable_hnsw;
	std::optional<Memory> memory;
	TextIndexParams text; /* of kText */
	bool operator==(const PayloadFieldSchema &) const = default;
};

} /* namespace vecext::model */
