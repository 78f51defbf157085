/*
 * hash_embed_test.cpp: the text embedding: what it promises about length,
 * likeness, case, ill-formed text and reproducibility.
 */
#include "vecext/hash_embed.h"

#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/embed/words.h"

namespace vecext {
namespace {

std::vector<float> embed(std::string_view text, size_t dimensions = 256)
{
	std::vector<float> vector(dimensions, NAN);
	EXPECT_TRUE(hash_embed(text, vector.data(), dimensions).is_ok());
	return vector;
}

double dot(const std::vector<float> &a, const std::vector<float> &b)
{
	double sum = 0;
	for (size_t i = 0; i < a.size(); i++)
		sum += static_cast<double>(a[i]) * b[i];
	return sum;
}

double likeness(std::string_view a, std::string_view b)
{
	return dot(embed(a, 2048), embed(b, 2048));
}

bool is_zero(const std::vector<float> &vector)
{
	return dot(vector, vector) == 0;
}

TEST(HashEmbed, LengthIsOneForEveryDimension)
{
	for (size_t dimensions : {1, 2, 3, 16, 100, 384, 16'000}) {
		const std::vector<float> vector = embed("the absolute value of a number", dimensions);
		EXPECT_NEAR(dot(vector, vector), 1, 1e-5) << dimensions;
	}
}

TEST(HashEmbed, TextWithoutWordsGivesTheZeroVector)
{
	EXPECT_TRUE(is_zero(embed("")));
	EXPECT_TRUE(is_zero(embed(" \t\n-- ?! ...")));
	EXPECT_TRUE(is_zero(embed("\u3002\u2192\u00d7"))) << "punctuation and signs beyond ASCII";
	EXPECT_TRUE(is_zero(embed("\xff\xfe\x80"))) << "no valid UTF-8 at all";
	EXPECT_FALSE(is_zero(embed("the"))) << "a function word is a word";
}

TEST(HashEmbed, CaseAndPunctuationDoNotMatter)
{
	EXPECT_EQ(embed("Absolute VALUE"), embed("absolute, value!"));
	EXPECT_EQ(embed("ÄÖÜ ŁÓDŹ ΑΒΓ ЖУК Ёж ԱԲ"), embed("äöü łódź αβγ жук ёж աբ"));
}

TEST(HashEmbed, OrderOfWordsDoesNotMatter)
{
	EXPECT_EQ(embed("nearest neighbour search"), embed("search nearest neighbour"));
}

TEST(HashEmbed, LikeTextsAreNearerThanOthers)
{
	const double same_subject = likeness("which function gives the absolute value", "absolute value of a number");
	EXPECT_GT(same_subject, 0.45);
	EXPECT_GT(same_subject, likeness("which function gives the absolute value", "current date and time") + 0.3);
	EXPECT_GT(likeness("neighbours", "neighbour"), 0.4) << "parts of words count";
	EXPECT_GT(likeness("数据库索引", "数据库"), 0.2) << "also in scripts without spaces";
	EXPECT_NEAR(likeness("zebra", "quick"), 0, 0.2);
}

TEST(HashEmbed, FunctionWordsHardlyCount)
{
	EXPECT_GT(likeness("the length of the string", "length string"), 0.95);
}

TEST(HashEmbed, RepetitionCountsBySquareRoot)
{
	/* One function word is one feature, so the square of the ratio of two
	 * components is the number of times that the one was repeated. */
	const std::vector<float> once = embed("the", 4096), nine = embed("of the the the the the the the the the", 4096);
	double the = 0, of = 0;
	for (size_t i = 0; i < nine.size(); i++)
		if (nine[i] != 0)
			(once[i] != 0 ? the : of) = std::fabs(nine[i]);
	EXPECT_NEAR(the / of, 3, 1e-5);
}

TEST(HashEmbed, IllFormedBytesSeparateWords)
{
	EXPECT_EQ(embed("alpha\xff"
					"beta"),
			  embed("alpha beta"));
	EXPECT_EQ(embed("alpha\xc0\xaf"
					"beta"),
			  embed("alpha beta"))
		<< "overlong";
	EXPECT_EQ(embed("alpha\xed\xa0\x80"
					"beta"),
			  embed("alpha beta"))
		<< "surrogate";
	EXPECT_EQ(embed("alpha\xf4\x90\x80\x80"
					"beta"),
			  embed("alpha beta"))
		<< "above U+10FFFF";
	EXPECT_EQ(embed("alpha \xe2\x82"), embed("alpha")) << "truncated";
	EXPECT_EQ(embed(std::string_view("alpha\0beta", 10)), embed("alpha beta"));
}

TEST(HashEmbed, EqualOnEveryPlatform)
{
	/* Stored vectors depend on these values: changing them changes a format. */
	const std::vector<float> vector = embed("Which function gives the absolute value?", 8);
	const float expected[] = {-0x1.7faa6cp-1f, -0x1.c1f6f8p-4f, 0x1.7c5aep-3f,  0,
							  0x1.1a8fd4p-2f,  0x1.0f2caep-1f,  -0x1.66ddcp-4f, -0x1.54242ep-3f};
	for (size_t i = 0; i < vector.size(); i++)
		EXPECT_EQ(vector[i], expected[i]) << i << " " << std::hexfloat << vector[i];
}

TEST(HashEmbed, LengthLimit)
{
	std::vector<float> vector(16);
	std::string text(kMaxEmbeddedBytes, 'a');
	EXPECT_TRUE(hash_embed(text, vector.data(), vector.size()).is_ok()) << "one word of a mebibyte";
	text.push_back('a');
	const Status status = hash_embed(text, vector.data(), vector.size());
	EXPECT_EQ(status.kind(), ErrorKind::kLimitExceeded);
	EXPECT_STREQ(status.message(), "text to embed cannot be longer than 1048576 bytes");
	EXPECT_STREQ(status.detail_text(), "The text has 1048577 bytes.");
}

TEST(HashEmbed, SpreadsWordsEvenly)
{
	/* 4,000 one-letter-apart words over 16 dimensions, by sign and dimension:
	 * chi-square with 31 degrees of freedom is below 61 with p = 0.999. A word of
	 * one character has one run, which lies elsewhere: count both features. */
	std::vector<int> counts(32);
	int total = 0;
	for (char32_t c = 0x4e00; c < 0x4e00 + 4000; c++) {
		const char utf8[] = {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
							 static_cast<char>(0x80 | (c & 63)), 0};
		const std::vector<float> vector = embed(utf8, 16);
		for (size_t i = 0; i < vector.size(); i++)
			if (vector[i] != 0)
				counts[2 * i + (vector[i] > 0)]++, total++;
	}
	double chi_square = 0;
	for (int count : counts)
		chi_square += (count - total / 32.0) * (count - total / 32.0) / (total / 32.0);
	EXPECT_LT(chi_square, 61);
}

TEST(Words, EveryScalarValueIsDecoded)
{
	for (char32_t c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		char utf8[4];
		size_t size = 0;
		if (c < 0x80) {
			utf8[size++] = static_cast<char>(c);
		} else {
			const int trailing = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
			utf8[size++] = static_cast<char>((0xff00 >> (trailing + 1) & 0xff) | c >> 6 * trailing);
			for (int i = trailing - 1; i >= 0; i--)
				utf8[size++] = static_cast<char>(0x80 | (c >> 6 * i & 63));
		}
		std::string_view text(utf8, size);
		ASSERT_EQ(take_character(text), c);
		ASSERT_TRUE(text.empty()) << std::hex << static_cast<uint32_t>(c);
	}
}

TEST(Words, LowerCaseIsStable)
{
	for (char32_t c = 0; c <= 0x10ffff; c++)
		ASSERT_EQ(lower_case(lower_case(c)), lower_case(c)) << std::hex << static_cast<uint32_t>(c);
}

TEST(Words, CutAtWhatIsNoLetterOrDigit)
{
	std::string_view text = "pg_advisory-lock(int8, «Größe») 3.14";
	std::u32string word;
	std::vector<std::u32string> words;
	while (take_word(text, word))
		words.push_back(word);
	EXPECT_EQ(words, (std::vector<std::u32string>{U"pg", U"advisory", U"lock", U"int8", U"größe", U"3", U"14"}));
}

} /* namespace */
} /* namespace vecext */
