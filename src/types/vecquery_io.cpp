/*
 * vecquery_io.cpp: text and binary representation of the type vecquery.
 *
 * Text names the kind and, in parentheses, its parts, each "name: values", with
 * semicolons between them. Values of a part stand one after another:
 *
 *     best_score(positive: [1,2] [3,4]; negative: [5,6])
 *     sum_scores(positive: [1,2])
 *     discover(target: [1,0]; positive: [1,2]; negative: [3,4])
 *     context(positive: [1,2]; negative: [3,4])
 *     feedback(target: [1,0]; examples: [1,2] [3,4]; scores: 0.9 0.1; a: 1; b: 1; c: 0.5)
 *
 * White space may stand around every token. Parts may come in any order, each once;
 * a part without values may be left out. Output is read back as the same value.
 *
 * A binary message is, in network byte order:
 *
 *     int8 kind, int8 0, int16 dim, int32 positives, int32 negatives,
 *     feedback only: float8 a, b, c, float8 score[positives],
 *     float4 target[dim] (discover, feedback), positive[positives][dim],
 *     negative[negatives][dim]
 */
#include "pg/compat.h"

extern "C" {
#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/float.h"
}

#include "types/text_input.h"
#include "types/vecquery.h"
#include "vecext/dense_text.h"

namespace vecext::types {

namespace {

constexpr ScorerKind kKinds[] = {ScorerKind::kBestScore, ScorerKind::kSumScores, ScorerKind::kDiscover,
								 ScorerKind::kContext, ScorerKind::kFeedback};

/* ---- text in ---- */

/* The parts that a text may have, and what stands in them. */
enum Part { kTarget, kPositive, kNegative, kExamples, kScores, kA, kB, kC, kParts };
constexpr const char *kPartNames[kParts] = {"target", "positive", "negative", "examples", "scores", "a", "b", "c"};

constexpr bool has_vectors(int part)
{
	return part <= kExamples;
}

constexpr uint32 bit(int part)
{
	return 1u << part;
}

uint32 parts_of(ScorerKind kind)
{
	switch (kind) {
	case ScorerKind::kBestScore:
	case ScorerKind::kSumScores:
	case ScorerKind::kContext:
		return bit(kPositive) | bit(kNegative);
	case ScorerKind::kDiscover:
		return bit(kTarget) | bit(kPositive) | bit(kNegative);
	case ScorerKind::kFeedback:
		return bit(kTarget) | bit(kExamples) | bit(kScores) | bit(kA) | bit(kB) | bit(kC);
	}
	return 0;
}

struct TextReader {
	const char *text; /* all of it */
	const char *at;
	ScorerKind kind;
	uint32 seen; /* bits of parts */
	struct {
		StringInfoData values; /* floats, or doubles */
		uint32 count;
		int dim;
	} parts[kParts];
	float *elements; /* of one vector */
};

[[noreturn]] void raise_syntax(const TextReader &reader, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid input syntax for type vecquery: \"%s\"", reader.text), errdetail("%s", detail)));
	pg_unreachable();
}

bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char next_char(TextReader &reader)
{
	while (is_blank(*reader.at))
		reader.at++;
	return *reader.at;
}

bool take(TextReader &reader, char wanted)
{
	if (next_char(reader) != wanted)
		return false;
	reader.at++;
	return true;
}

void expect(TextReader &reader, char wanted)
{
	if (!take(reader, wanted))
		raise_syntax(reader, psprintf("\"%c\" is expected at position %d.", wanted,
									  static_cast<int>(reader.at - reader.text) + 1));
}

/* A name of lower-case letters and underscores, copied. */
char *take_name(TextReader &reader)
{
	next_char(reader);
	const char *begin = reader.at;
	while ((*reader.at >= 'a' && *reader.at <= 'z') || *reader.at == '_')
		reader.at++;
	return pnstrdup(begin, reader.at - begin);
}

ScorerKind take_kind(TextReader &reader)
{
	const char *name = take_name(reader);
	for (const ScorerKind kind : kKinds)
		if (strcmp(name, scorer_name(kind)) == 0)
			return kind;
	raise_syntax(reader, "It begins with best_score, sum_scores, discover, context or feedback.");
}

int take_part(TextReader &reader)
{
	const char *name = take_name(reader);
	for (int part = 0; part < kParts; part++) {
		if (strcmp(name, kPartNames[part]) != 0 || (parts_of(reader.kind) & bit(part)) == 0)
			continue;
		if (reader.seen & bit(part))
			raise_syntax(reader, psprintf("\"%s\" occurs twice.", name));
		reader.seen |= bit(part);
		return part;
	}
	raise_syntax(reader, psprintf("%s has no part \"%s\".", scorer_name(reader.kind), name));
}

void check_room(const TextReader &reader, int part)
{
	if (reader.parts[part].count >= kMaxExamples)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("vecquery cannot have more than %u examples", kMaxExamples)));
}

void take_vector(TextReader &reader, int part)
{
	auto &to = reader.parts[part];
	check_room(reader, part);
	const char *end = strchr(reader.at, ']');
	if (next_char(reader) != '[' || end == nullptr)
		raise_syntax(reader,
					 psprintf("A vector is expected at position %d.", static_cast<int>(reader.at - reader.text) + 1));
	const char *vector = pnstrdup(reader.at, end + 1 - reader.at);
	const Result<int> dim = parse_vector(vector, reader.elements);
	if (!dim.is_ok())
		raise_text_error(dim.status(), vector);
	if (to.count > 0 && dim.value() != to.dim)
		raise_different_dimensions(kVectorTypeName, to.dim, dim.value());
	to.dim = dim.value();
	to.count++;
	appendBinaryStringInfo(&to.values, reinterpret_cast<const char *>(reader.elements),
						   dim.value() * static_cast<int>(sizeof(float)));
	reader.at = end + 1;
}

void take_number(TextReader &reader, int part)
{
	auto &to = reader.parts[part];
	check_room(reader, part);
	next_char(reader);
	char *end;
	errno = 0;
	const double number = strtod(reader.at, &end);
	if (end == reader.at || errno == ERANGE || (*end != ';' && *end != ')' && !is_blank(*end)))
		raise_syntax(reader,
					 psprintf("A number is expected at position %d.", static_cast<int>(reader.at - reader.text) + 1));
	to.count++;
	appendBinaryStringInfo(&to.values, reinterpret_cast<const char *>(&number), sizeof number);
	reader.at = end;
}

void take_values(TextReader &reader, int part)
{
	while (next_char(reader) != ';' && *reader.at != ')') {
		CHECK_FOR_INTERRUPTS();
		if (has_vectors(part))
			take_vector(reader, part);
		else
			take_number(reader, part);
	}
}

void read_parts(TextReader &reader)
{
	if (next_char(reader) == ')')
		return;
	do {
		const int part = take_part(reader);
		expect(reader, ':');
		take_values(reader, part);
	} while (take(reader, ';'));
}

double only_number(TextReader &reader, int part)
{
	if (reader.parts[part].count != 1)
		raise_syntax(reader, psprintf("\"%s\" is one number.", kPartNames[part]));
	double number;
	memcpy(&number, reader.parts[part].values.data, sizeof number);
	return number;
}

ExampleList list_of(const TextReader &reader, int part)
{
	const auto &from = reader.parts[part];
	return {reinterpret_cast<const float *>(from.values.data), from.count, from.dim};
}

VecQueryParts parts_read(TextReader &reader)
{
	VecQueryParts parts = {};
	parts.kind = reader.kind;
	parts.target = list_of(reader, kTarget);
	parts.positives = list_of(reader, reader.kind == ScorerKind::kFeedback ? kExamples : kPositive);
	parts.negatives = list_of(reader, kNegative);
	if ((parts_of(reader.kind) & bit(kTarget)) != 0 && parts.target.count != 1)
		raise_syntax(reader, "\"target\" is one vector.");
	if (reader.kind == ScorerKind::kFeedback) {
		parts.coefficients = {only_number(reader, kA), only_number(reader, kB), only_number(reader, kC)};
		parts.scores = reinterpret_cast<const double *>(reader.parts[kScores].values.data);
		parts.score_count = reader.parts[kScores].count;
	}
	return parts;
}

VecQuery *vecquery_from_text(const char *text)
{
	TextReader reader = {};
	reader.text = reader.at = text;
	reader.elements = static_cast<float *>(palloc(sizeof(float) * kMaxDenseDimensions));
	for (auto &part : reader.parts)
		initStringInfo(&part.values);
	reader.kind = take_kind(reader);
	expect(reader, '(');
	read_parts(reader);
	expect(reader, ')');
	if (next_char(reader) != '\0')
		raise_syntax(reader, "Nothing may follow the closing parenthesis.");
	return make_vecquery(parts_read(reader));
}

/* ---- text out ---- */

void put_vector(StringInfo to, const float *elements, int dim)
{
	char number[FLOAT_SHORTEST_DECIMAL_LEN];
	for (int i = 0; i < dim; i++) {
		appendStringInfoChar(to, i == 0 ? '[' : ',');
		float_to_shortest_decimal_buf(elements[i], number);
		appendStringInfoString(to, number);
	}
	appendStringInfoChar(to, ']');
}

/* "; " between parts. */
void put_name(StringInfo to, int part)
{
	if (to->data[to->len - 1] != '(')
		appendStringInfoString(to, "; ");
	appendStringInfo(to, "%s:", kPartNames[part]);
}

/* Returns what follows the vectors written. */
const float *put_vectors(StringInfo to, int part, const float *elements, int count, int dim)
{
	if (count > 0)
		put_name(to, part);
	for (int i = 0; i < count; i++) {
		appendStringInfoChar(to, ' ');
		put_vector(to, elements + Size(i) * dim, dim);
	}
	return elements + Size(count) * dim;
}

void put_numbers(StringInfo to, int part, const double *numbers, int count)
{
	if (count > 0)
		put_name(to, part);
	for (int i = 0; i < count; i++)
		appendStringInfo(to, " %s", float8out_internal(numbers[i]));
}

char *text_of(const VecQuery *query)
{
	const Scorer scorer = scorer_of(query);
	const bool feedback = scorer.kind == ScorerKind::kFeedback;
	StringInfoData text;
	initStringInfo(&text);
	appendStringInfo(&text, "%s(", scorer_name(scorer.kind));
	const float *elements = example_elements(query);
	elements = put_vectors(&text, kTarget, elements, scorer.has_target(), query->dim);
	elements = put_vectors(&text, feedback ? kExamples : kPositive, elements, query->positives, query->dim);
	put_vectors(&text, kNegative, elements, query->negatives, query->dim);
	if (feedback) {
		const double *numbers = feedback_numbers(query);
		put_numbers(&text, kScores, numbers + 3, query->positives);
		put_numbers(&text, kA, numbers, 1);
		put_numbers(&text, kB, numbers + 1, 1);
		put_numbers(&text, kC, numbers + 2, 1);
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* ---- binary ---- */

/* A count of vectors: checked before memory is asked for by it. */
uint32 receive_count(StringInfo message)
{
	const auto count = static_cast<int32>(pq_getmsgint(message, sizeof(int32)));
	if (count < 0 || count > static_cast<int32>(kMaxExamples))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("vecquery cannot have %d examples of a kind", count)));
	return static_cast<uint32>(count);
}

ScorerKind receive_kind(StringInfo message)
{
	const int kind = pq_getmsgbyte(message);
	const int unused = pq_getmsgbyte(message);
	if (unused != 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));
	if (scorer_name(static_cast<ScorerKind>(kind)) == nullptr)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("unknown kind of vecquery: %d", kind)));
	return static_cast<ScorerKind>(kind);
}

ExampleList receive_vectors(StringInfo message, uint32 count, int dim)
{
	const Size elements = Size{count} * dim;
	if (elements * sizeof(float) > static_cast<Size>(message->len - message->cursor))
		ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("insufficient data left in message")));
	auto *to = static_cast<float *>(palloc(elements * sizeof(float)));
	for (Size i = 0; i < elements; i++)
		to[i] = pq_getmsgfloat4(message);
	return {to, count, dim};
}

VecQuery *vecquery_from_message(StringInfo message)
{
	VecQueryParts parts = {};
	parts.kind = receive_kind(message);
	const auto dim = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
	check_dimensions<float>(dim);
	const uint32 positives = receive_count(message);
	const uint32 negatives = receive_count(message);
	if (parts.kind == ScorerKind::kFeedback) {
		const double a = pq_getmsgfloat8(message), b = pq_getmsgfloat8(message), c = pq_getmsgfloat8(message);
		auto *scores = static_cast<double *>(palloc(sizeof(double) * positives));
		for (uint32 i = 0; i < positives; i++)
			scores[i] = pq_getmsgfloat8(message);
		parts.coefficients = {a, b, c};
		parts.scores = scores;
		parts.score_count = positives;
	}
	parts.target = receive_vectors(message, Scorer{parts.kind, 0, 0, nullptr}.has_target() ? 1 : 0, dim);
	parts.positives = receive_vectors(message, positives, dim);
	parts.negatives = receive_vectors(message, negatives, dim);
	return make_vecquery(parts);
}

bytea *message_of(const VecQuery *query)
{
	StringInfoData message;
	pq_begintypsend(&message);
	pq_sendbyte(&message, query->kind);
	pq_sendbyte(&message, query->unused);
	pq_sendint16(&message, static_cast<uint16>(query->dim));
	pq_sendint32(&message, static_cast<uint32>(query->positives));
	pq_sendint32(&message, static_cast<uint32>(query->negatives));
	for (uint32 i = 0; i < feedback_number_count(query); i++)
		pq_sendfloat8(&message, feedback_numbers(query)[i]);
	const Size elements = Size{scorer_of(query).examples()} * query->dim;
	for (Size i = 0; i < elements; i++)
		pq_sendfloat4(&message, example_elements(query)[i]);
	return pq_endtypsend(&message);
}

} /* namespace */

} /* namespace vecext::types */

using namespace vecext::types;

VECEXT_FUNCTION(vecext_vecquery_in)
{
	PG_RETURN_POINTER(vecquery_from_text(PG_GETARG_CSTRING(0)));
}

VECEXT_FUNCTION(vecext_vecquery_out)
{
	PG_RETURN_CSTRING(text_of(vecquery_from(PG_GETARG_DATUM(0))));
}

VECEXT_FUNCTION(vecext_vecquery_recv)
{
	PG_RETURN_POINTER(vecquery_from_message(reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0))));
}

VECEXT_FUNCTION(vecext_vecquery_send)
{
	PG_RETURN_BYTEA_P(message_of(vecquery_from(PG_GETARG_DATUM(0))));
}
