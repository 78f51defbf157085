/*
 * regime.h: how a filtered search goes about it, and when it changes its mind.
 *
 *   graph         there is no filter
 *   lazy          walk the graph in order of distance, evaluate the filter on the
 *                 heap rows met: right where many rows match
 *   steered       the same, but ask a bitmap of matching rows first: where they are
 *                 few enough to make one, and too many for exact
 *   among         walk among the matches alone, starting from some of them: right
 *                 where they lie elsewhere than the query and are too many for exact
 *   exact         the distances of all rows in the bitmap: right where few match
 *   table         the same for all rows of the table: where few match and there is
 *                 no bitmap
 *
 * Costs are nanoseconds on a machine of 2024 with all pages cached; only their
 * ratios matter.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vecext::pg {

enum class Strategy { kGraph, kLazy, kSteered, kAmong, kExact, kTable };

/* vecext.filter_strategy: a Strategy of a search with a filter, or kChoose. A
 * search without the bitmap that its strategy needs chooses, too. */
constexpr int kChooseStrategy = -1;
extern int filter_strategy;

struct SearchCosts {
	double record;     /* reading one record of the graph */
	double visit;      /* a step of the walk: several records in a plain layout */
	double fetch;      /* a heap row and the filter on it */
	double page;       /* a heap page of a bitmap, among others */
	double row;        /* a row of such a page and the filter on it */
	double distance;   /* a vector of a row at hand, TOAST included */
	double bitmap_row; /* making and reading a bitmap, per row */
	double table_row;  /* of a sequential scan, with the filter */
};

/* `value_bytes` of a vector; `records_per_visit` is 1 in coded layouts. */
inline SearchCosts search_costs(double value_bytes, double records_per_visit)
{
	constexpr double kRecord = 2600, kToastFrom = 2000, kToast = 3000;
	return {
		.record = kRecord,
		.visit = kRecord * records_per_visit,
		.fetch = 1500,
		.page = 350,
		.row = 200,
		.distance = 50 + value_bytes * 0.1 + (value_bytes > kToastFrom ? kToast : 0),
		.bitmap_row = 100,
		.table_row = 200,
	};
}

/* What is known or estimated when a search begins or thinks again. */
struct Outlook {
	double rows;    /* of the table */
	double pages;   /* of the table */
	double matches; /* that pass the filter */
	double members; /* of the bitmap; negative: there can be none */
	double wanted;  /* matching rows that the search looks for */
	double ef;      /* nodes that it looks at in any case */
	double reach;   /* nodes that it can come to before a range ends it */
};

/* Matching rows found for each one wanted, so that the nearest of them are right
 * with recall 0.95 and more. Estimates err by the same amount everywhere, while the
 * thinner matches are spread, the closer together are the distances of the last one
 * wanted and the last one found, as distances go in many dimensions. */
inline double found_per_sought(double share)
{
	constexpr double kLeast = 2, kMost = 6, kPerDecade = 2, kDenseShare = 0.1;
	return std::clamp(kLeast + kPerDecade * std::log10(kDenseShare / std::max(share, 1e-9)), kLeast, kMost);
}

/* Matching rows that a walk among them looks for: its ef. Far from the query rows
 * are nearly equally far, and the graph's edges lead elsewhere (measured: bench/run
 * filter-c128, "far from it"). */
inline double effort_among(double wanted, double ef)
{
	constexpr double kFarther = 3;
	return std::max(wanted, ef * kFarther);
}

/* Nodes that a walk in order of distance looks at until it has met `found` matches,
 * if those are spread evenly. */
inline double expected_visits(const Outlook &outlook, double found)
{
	const double share = std::clamp(outlook.matches / std::max(outlook.reach, 1.0), 1e-9, 1.0);
	return std::min(std::max(outlook.ef, found / share), std::max(outlook.reach, outlook.ef));
}

inline double lazy_cost(const SearchCosts &costs, const Outlook &outlook)
{
	return expected_visits(outlook, outlook.wanted) * (costs.visit + costs.fetch);
}

/* Without the making of the bitmap. */
inline double steered_cost(const SearchCosts &costs, const Outlook &outlook)
{
	const double passing = std::clamp(outlook.members / std::max(outlook.rows, 1.0), 0.0, 1.0);
	return expected_visits(outlook, outlook.wanted) * (costs.visit + passing * costs.fetch);
}

/* Members are taken to be anywhere in the table. */
inline double exact_cost(const SearchCosts &costs, const Outlook &outlook)
{
	const double pages = outlook.pages * (1 - std::exp(-outlook.members / outlook.pages));
	return pages * costs.page + outlook.members * costs.row +
		   std::min(outlook.members, outlook.matches) * costs.distance;
}
inline double bitmap_cost(const SearchCosts &costs, const Outlook &outlook)
{
	return outlook.members * costs.bitmap_row;
}
inline double table_cost(const SearchCosts &costs, const Outlook &outlook)
{
	return outlook.rows * costs.table_row + outlook.matches * costs.distance;
}

/* Of a walk among the matches, that asks a bitmap or evaluates the filter on rows.
 * It reads several other nodes for each match, measured. */
inline double cost_among(const SearchCosts &costs, const Outlook &outlook, double fetch)
{
	constexpr double kVisitsPerMatch = 8;
	return effort_among(outlook.wanted, outlook.ef) * kVisitsPerMatch * (costs.visit + fetch);
}

/* The choice with estimates alone. kExact and kSteered both mean: make the bitmap
 * and ask again. */
inline Strategy first_strategy(const SearchCosts &costs, const Outlook &outlook)
{
	const double lazy = lazy_cost(costs, outlook);
	if (outlook.members >= 0 &&
		bitmap_cost(costs, outlook) + std::min(exact_cost(costs, outlook), steered_cost(costs, outlook)) < lazy)
		return Strategy::kExact;
	return outlook.members < 0 && table_cost(costs, outlook) < lazy ? Strategy::kTable : Strategy::kLazy;
}

/* The choice once the bitmap is made and `members` is a true count. */
inline Strategy strategy_with_bitmap(const SearchCosts &costs, const Outlook &outlook)
{
	return exact_cost(costs, outlook) <= steered_cost(costs, outlook) ? Strategy::kExact : Strategy::kSteered;
}

} /* namespace vecext::pg */
