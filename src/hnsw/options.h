/*
 * options.h: reloptions of an index and settings of a session.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "access/reloptions.h"
#include "utils/rel.h"
}

namespace vecext::pg {

constexpr int kDefaultM = 16, kMinM = 2, kMaxM = 100;
constexpr int kDefaultEfConstruction = 64, kMinEfConstruction = 4, kMaxEfConstruction = 1000;
constexpr int kDefaultEfSearch = 40, kMinEfSearch = 1, kMaxEfSearch = 1000;
constexpr int kPendingLimitAuto = -1;
constexpr int kMaxPendingLimit = 10000000;
constexpr int kDefaultPendingLimitCoded = 4096; /* rows; what `auto` means with codes */
constexpr int kDefaultPendingLimitPlain = 1024; /* and without */
constexpr int kCodeBitsAuto = -1;
constexpr int kMaxNodeCodeBits = 8;
constexpr int kDefaultMaxScanTuples = 20000;
constexpr int kDefaultLists = 100, kMinLists = 1, kMaxLists = 32768; /* pgvector's, for ivfflat */

/* What a node's record holds (src/hnsw/README.md). */
enum class LayoutOption : int { kAuto, kInline, kCompact, kPlain };

/* How nodes are known to a search. */
enum class QuantizationOption : int { kAuto, kNone, kScalar, kBinary, kProduct, kRabitq };

/* Where exact vectors are, and in which precision. */
enum class ExactOption : int { kAuto, kFloat32, kFloat16, kHeap };

enum class BinaryEncodingOption : int { kAuto, kOneBit, kOneAndHalfBits, kTwoBits };
enum class BinaryQueryOption : int { kAuto, kFloat, kScalar8, kScalar4, kBinary };

/* What WITH (..) says, for indexes made under the name ivfflat with lists besides
 * (accepted, not used). */
struct HnswOptions {
	int32 vl_len_;
	int m;
	int ef_construction;
	int pending_limit; /* rows; kPendingLimitAuto; 0: insert into the graph at once */
	int code_bits;     /* kCodeBitsAuto, 0 .. kMaxNodeCodeBits */
	LayoutOption layout;
	QuantizationOption quantization;
	ExactOption exact;
	double quantile; /* of scalar; 0: the default */
	int compression; /* of product; 0: the default */
	BinaryEncodingOption binary_encoding;
	BinaryQueryOption binary_query_encoding;
	int lists;
};

/* The options of an index, defaults filled in. */
HnswOptions options_of(Relation index);

/* The limit in rows, `auto` resolved. */
int option_pending_limit(Relation index, bool coded);

enum class IterativeScan : int { kOff, kRelaxed, kStrict };

/* hnsw.ef_search, hnsw.iterative_scan, hnsw.max_scan_tuples,
 * hnsw.scan_mem_multiplier: names, ranges and defaults as in pgvector. */
extern int hnsw_ef_search;
extern int hnsw_iterative_scan; /* IterativeScan */
extern int hnsw_max_scan_tuples;
extern double hnsw_scan_mem_multiplier;

/* Whether a scan of codes orders its results by exact distances (hnsw.rescore;
 * kAuto: where codes are all that the search saw), and how many candidates it
 * measures for each row that it returns, at least (hnsw.oversampling). */
enum class Rescore : int { kAuto, kOn, kOff };
extern int hnsw_rescore; /* Rescore */
extern double hnsw_oversampling;

/* How a scan of `index` goes on when its first batch is used up. Under the name
 * ivfflat it always does, because pgvector's ivfflat returns far more rows than
 * hnsw.ef_search: in strict order, or relaxed if ivfflat.iterative_scan says so. */
IterativeScan scan_iteration(Relation index);

/* Registers reloptions and settings. Called once, from _PG_init. */
void define_hnsw_options();

/* amoptions of the access method, under its two names. */
bytea *hnsw_parse_options(Datum reloptions, bool validate);
bytea *ivfflat_parse_options(Datum reloptions, bool validate);

} /* namespace vecext::pg */
