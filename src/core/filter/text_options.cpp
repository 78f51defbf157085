/*
 * text_options.cpp: reads the parameters of a text index.
 */
#include <algorithm>

#include "core/filter/stopwords.h"
#include "vecext/filter/text.h"

namespace vecext::filter {

namespace {

Status refuse(std::string_view parameter, const char *rule)
{
	return Status::error(ErrorKind::kInvalidParameter, "%s", rule)
		.detail("Parameter \"%.*s\".", static_cast<int>(std::min<size_t>(parameter.size(), 64)), parameter.data());
}

Status read_tokenizer(const JsonValue &value, Tokenizer *tokenizer)
{
	constexpr std::string_view kNames[] = {"word", "whitespace", "prefix", "multilingual"};
	const std::string_view name = value.kind() == JsonKind::kString ? value.text() : std::string_view();
	const auto *found = std::find(std::begin(kNames), std::end(kNames), name);
	if (found == std::end(kNames))
		return refuse("tokenizer", "a tokenizer is \"word\", \"whitespace\", \"prefix\" or \"multilingual\"");
	*tokenizer = static_cast<Tokenizer>(found - kNames);
	return Status::ok();
}

Status read_flag(std::string_view name, const JsonValue &value, bool *flag)
{
	if (value.kind() != JsonKind::kBool)
		return refuse(name, "true or false is expected");
	*flag = value.boolean();
	return Status::ok();
}

Status read_length(std::string_view name, const JsonValue &value, uint32_t *length)
{
	const bool integer = value.kind() == JsonKind::kNumber && value.number().is_integer;
	if (!integer || value.number().integer < 0 || value.number().integer >= UINT32_MAX)
		return refuse(name, "a length of tokens is an integer from 0 to 4294967294");
	*length = static_cast<uint32_t>(value.number().integer);
	return Status::ok();
}

/* {"type": "snowball", "language": L} or {"type": "none"}. */
Status read_stemmer(const JsonValue &value, const char **stemmer)
{
	const JsonValue *type = value.find("type");
	const JsonValue *language = value.find("language");
	*stemmer = nullptr;
	if (!type || type->kind() != JsonKind::kString)
		return refuse("stemmer", "a stemmer is an object with the \"type\" \"snowball\" or \"none\"");
	if (type->text() == "none")
		return Status::ok();
	if (type->text() == "snowball" && language && language->kind() == JsonKind::kString)
		*stemmer = snowball_algorithm(language->text());
	return *stemmer ? Status::ok() : refuse("stemmer", "a snowball stemmer has a \"language\" that Snowball knows");
}

class StopwordReader {
public:
	StopwordReader(const TextOptions &options, Arena arena) : options_(options), arena_(arena)
	{
		words_.init(arena, 8);
	}

	Status read(const JsonValue &value)
	{
		if (value.kind() == JsonKind::kString)
			return add_language(value);
		if (value.kind() != JsonKind::kObject)
			return refuse("stopwords", "stopwords are a language or an object with \"languages\" and \"custom\"");
		for (const JsonMember *m = value.begin_members(); m < value.end_members(); m++) {
			Status status = read_member(*m);
			if (!status.is_ok())
				return status;
		}
		return Status::ok();
	}

	void store(TextOptions *options)
	{
		std::sort(words_.begin(), words_.end());
		options->stopwords = words_.begin();
		options->n_stopwords = static_cast<uint32_t>(std::unique(words_.begin(), words_.end()) - words_.begin());
	}

private:
	Status read_member(const JsonMember &member)
	{
		const bool languages = member.key == "languages";
		if (!languages && member.key != "custom")
			return refuse("stopwords", "stopwords have only \"languages\" and \"custom\"");
		if (member.value.kind() == JsonKind::kNull)
			return Status::ok();
		if (member.value.kind() != JsonKind::kArray)
			return refuse("stopwords", "\"languages\" and \"custom\" are lists of strings");
		for (uint32_t i = 0; i < member.value.size(); i++) {
			const JsonValue &item = member.value.item(i);
			Status status = languages ? add_language(item) : add_custom(item);
			if (!status.is_ok())
				return status;
		}
		return Status::ok();
	}

	/* Words of a list are in lower case; folding comes before stopwords. */
	Status add_language(const JsonValue &value)
	{
		const std::string_view language =
			value.kind() == JsonKind::kString ? stopword_language(value.text()) : std::string_view();
		if (language.empty())
			return refuse("stopwords", "there is no list of stopwords for a language of this name");
		const auto words = stopwords_of(language);
		for (std::string_view word : words)
			if (options_.ascii_folding)
				add_text(word);
			else
				words_.push_back(word);
		if (words.empty())
			return refuse("stopwords",
						  "the server has no list of stopwords for this language; a file tsearch_data/LANGUAGE.stop "
						  "among its shared files is one, or give the words as \"custom\"");
		return Status::ok();
	}

	Status add_custom(const JsonValue &value)
	{
		if (value.kind() != JsonKind::kString)
			return refuse("stopwords", "\"custom\" is a list of strings");
		add_text(value.text());
		return Status::ok();
	}

	/* Words go through the stages that come before stopwords. */
	void add_text(std::string_view text)
	{
		TextOptions early;
		early.tokenizer = Tokenizer::kWhitespace;
		early.lowercase = options_.lowercase;
		early.ascii_folding = options_.ascii_folding;
		visit_tokens(early, text, TextSide::kQuery, {keep, this});
	}

	static bool keep(void *context, std::string_view word)
	{
		auto *self = static_cast<StopwordReader *>(context);
		char *copy = self->arena_.allocate<char>(word.size());
		memcpy(copy, word.data(), word.size());
		self->words_.push_back({copy, word.size()});
		return false;
	}

	const TextOptions &options_;
	Arena arena_;
	ArenaVector<std::string_view> words_;
};

/* Parameters that say where an index is kept, or what is true of any of ours. */
bool is_without_effect(std::string_view name)
{
	constexpr std::string_view kNames[] = {"type", "on_disk", "memory", "enable_hnsw", "phrase_matching"};
	return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

Status read_parameter(const JsonMember &member, TextOptions *options)
{
	if (member.value.kind() == JsonKind::kNull || is_without_effect(member.key) || member.key == "stopwords")
		return Status::ok();
	if (member.key == "tokenizer")
		return read_tokenizer(member.value, &options->tokenizer);
	if (member.key == "lowercase")
		return read_flag(member.key, member.value, &options->lowercase);
	if (member.key == "ascii_folding")
		return read_flag(member.key, member.value, &options->ascii_folding);
	if (member.key == "min_token_len")
		return read_length(member.key, member.value, &options->min_length);
	if (member.key == "max_token_len")
		return read_length(member.key, member.value, &options->max_length);
	if (member.key == "stemmer")
		return read_stemmer(member.value, &options->stemmer);
	return refuse(member.key, "a text index has no such parameter");
}

} /* namespace */

Result<const TextOptions *> read_text_options(const JsonValue &parameters, Arena arena)
{
	auto *options = new (arena.allocate<TextOptions>(1)) TextOptions();
	for (const JsonMember *m = parameters.begin_members(); m < parameters.end_members(); m++) {
		Status status = read_parameter(*m, options);
		if (!status.is_ok())
			return status;
	}
	const JsonValue *stopwords = parameters.find("stopwords");
	if (stopwords && stopwords->kind() != JsonKind::kNull) {
		StopwordReader reader(*options, arena);
		Status status = reader.read(*stopwords);
		if (!status.is_ok())
			return status;
		reader.store(options);
	}
	return static_cast<const TextOptions *>(options);
}

} /* namespace vecext::filter */
