/*
 * storage_random_test.cpp: random operations on collections of one and of three
 * shards, each compared with the same on a std::map: what scrolling shows, what
 * searching finds.
 */
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "storage_fixture.h"

namespace vecext {
namespace {

using model::PointId;

/* A payload has the fields n, tag and f, each or not. */
struct Fields {
	std::optional<int64_t> n;
	std::optional<std::string> tag;
	std::optional<double> f;

	bool operator==(const Fields &) const = default;

	std::string json() const
	{
		std::string text;
		if (n)
			text += "\"n\": " + std::to_string(*n);
		if (tag)
			text += (text.empty() ? "" : ", ") + ("\"tag\": \"" + *tag + "\"");
		if (f)
			text += (text.empty() ? "" : ", ") + ("\"f\": " + std::to_string(*f));
		return "{" + text + "}";
	}

	static Fields read(const std::string &json)
	{
		simdjson::dom::parser parser;
		const simdjson::dom::element root = parser.parse(json);
		Fields fields;
		int64_t n;
		std::string_view tag;
		double f;
		if (root["n"].get(n) == simdjson::SUCCESS)
			fields.n = n;
		if (root["tag"].get(tag) == simdjson::SUCCESS)
			fields.tag = tag;
		if (root["f"].get(f) == simdjson::SUCCESS)
			fields.f = f;
		return fields;
	}
};

struct Known {
	Fields fields;
	std::map<std::string, std::vector<float>> vectors;
};

class StorageRandom : public testing::TestWithParam<uint32_t> {
protected:
	StorageRandom() : dispatcher_(open_dispatcher()) {}

	void SetUp() override
	{
		dispatcher_.delete_collection("random");
		model::CreateCollection request;
		request.vectors["a"] = dense(4, model::Distance::kEuclid);
		request.vectors["b"] = dense(3, model::Distance::kCosine);
		request.shard_number = GetParam();
		dispatcher_.create_collection("random", request);
		if (below(2)) {
			dispatcher_.create_field_index("random", "tag", field_of(model::PayloadFieldType::kKeyword), kWait);
			dispatcher_.create_field_index("random", "n", field_of(model::PayloadFieldType::kInteger), kWait);
		}
	}

	void TearDown() override { dispatcher_.delete_collection("random"); }

	int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random_); }

	PointId some_id() { return below(5) == 0 ? uuid(static_cast<unsigned>(below(10))) : PointId(uint64_t(below(50))); }

	PointId known_id()
	{
		auto at = known_.begin();
		std::advance(at, below(static_cast<int64_t>(known_.size())));
		return at->first;
	}

	std::vector<float> some_vector(size_t n)
	{
		std::vector<float> values(n);
		for (float &x : values)
			x = static_cast<float>(below(201) - 100) / 16;
		return values;
	}

	Fields some_fields()
	{
		Fields fields;
		if (below(4))
			fields.n = below(10);
		if (below(4))
			fields.tag = std::string(1, static_cast<char>('a' + below(4)));
		if (below(3) == 0)
			fields.f = static_cast<double>(below(100)) / 4;
		return fields;
	}

	static std::vector<float> normalized(std::vector<float> v)
	{
		float length = 0;
		for (const float x : v)
			length += x * x;
		length = std::sqrt(length);
		for (float &x : v)
			x /= length > 0 ? length : 1;
		return v;
	}

	void run(const model::UpdateOperation &operation) { dispatcher_.update("random", operation, kWait); }

	/* ---- operations, on both sides ---- */

	void upsert_some()
	{
		model::UpsertPoints request;
		request.mode = static_cast<model::UpdateMode>(below(3));
		std::optional<int64_t> filter_n;
		if (below(3) == 0) {
			filter_n = below(10);
			request.update_filter = must({in_range("n", 0, static_cast<double>(*filter_n))});
		}
		std::map<PointId, Known> wanted;
		for (int64_t i = below(8); i >= 0; i--) {
			const PointId id = some_id();
			if (wanted.contains(id))
				continue;
			Known &point = wanted[id];
			point.fields = some_fields();
			if (below(4))
				point.vectors["a"] = some_vector(4);
			if (below(4))
				point.vectors["b"] = some_vector(3);
			model::NamedVectors vectors(point.vectors.begin(), point.vectors.end());
			request.points.push_back(point_of(id, std::move(vectors), point.fields.json()));
		}
		run(request);
		for (auto &[id, point] : wanted) {
			const auto old = known_.find(id);
			const bool exists = old != known_.end();
			if (exists ? request.mode == model::UpdateMode::kInsertOnly
					   : request.mode == model::UpdateMode::kUpdateOnly)
				continue;
			if (exists && filter_n && !(old->second.fields.n && *old->second.fields.n < *filter_n))
				continue;
			if (point.vectors.contains("b"))
				point.vectors["b"] = normalized(point.vectors["b"]);
			known_[id] = point;
		}
	}

	static model::Point point_of(PointId id, model::NamedVectors vectors, std::string payload)
	{
		return {id, std::move(vectors), std::move(payload)};
	}

	void delete_some()
	{
		if (below(2)) {
			const PointId id = some_id();
			run(model::DeletePoints{ids({id}), {}});
			known_.erase(id);
			return;
		}
		const int64_t n = below(10);
		run(model::DeletePoints{where(must({equals("n", n)})), {}});
		std::erase_if(known_, [&](const auto &point) { return point.second.fields.n == n; });
	}

	void change_payload()
	{
		const PointId id = known_id();
		Fields &fields = known_[id].fields;
		const Fields change = some_fields();
		switch (below(4)) {
		case 0:
			run(model::SetPayload{change.json(), ids({id}), {}, {}});
			fields.n = change.n ? change.n : fields.n;
			fields.tag = change.tag ? change.tag : fields.tag;
			fields.f = change.f ? change.f : fields.f;
			return;
		case 1:
			run(model::OverwritePayload{change.json(), ids({id}), {}});
			fields = change;
			return;
		case 2:
			run(model::DeletePayload{{"tag", "missing.path"}, ids({id}), {}});
			fields.tag.reset();
			return;
		default:
			run(model::ClearPayload{where(must({equals("tag", "b"), in_range("n", 0, 3)})), {}});
			for (auto &[other, point] : known_)
				if (point.fields.tag == "b" && point.fields.n && *point.fields.n < 3)
					point.fields = {};
			return;
		}
	}

	void change_vectors()
	{
		const PointId id = known_id();
		if (below(2)) {
			const std::vector<float> value = some_vector(4);
			run(model::UpdateVectors{{{id, {{"a", value}}}}, {}, {}});
			known_[id].vectors["a"] = value;
		} else {
			run(model::DeleteVectors{ids({id}), {"b"}, {}});
			known_[id].vectors.erase("b");
		}
	}

	/* ---- comparison ---- */

	void expect_same_points()
	{
		model::ScrollRequest request;
		request.limit = 7;
		request.with_vectors.kind = model::VectorSelection::kAll;
		auto expected = known_.begin();
		do {
			const model::ScrollResult page = dispatcher_.scroll("random", request, kRead);
			for (const model::Record &record : page.points) {
				ASSERT_NE(expected, known_.end());
				ASSERT_EQ(record.id, expected->first);
				EXPECT_EQ(Fields::read(*record.payload), expected->second.fields);
				expect_same_vectors(*record.vectors, expected->second.vectors);
				++expected;
			}
			request.offset = page.next_page_offset;
		} while (request.offset);
		EXPECT_EQ(expected, known_.end());
		EXPECT_EQ(dispatcher_.count("random", {}, kRead), known_.size());
	}

	static void expect_same_vectors(const model::NamedVectors &found,
									const std::map<std::string, std::vector<float>> &wanted)
	{
		ASSERT_EQ(found.size(), wanted.size());
		for (const auto &[name, vector] : found) {
			const auto &values = std::get<model::DenseVector>(vector);
			ASSERT_EQ(values.size(), wanted.at(name).size());
			for (size_t i = 0; i < values.size(); i++)
				EXPECT_NEAR(values[i], wanted.at(name)[i], 1e-5);
		}
	}

	double score(const std::string &name, const std::vector<float> &query, const std::vector<float> &value)
	{
		double sum = 0;
		for (size_t i = 0; i < query.size(); i++)
			sum += name == "a" ? (query[i] - value[i]) * (query[i] - value[i]) : query[i] * value[i];
		return name == "a" ? std::sqrt(sum) : sum;
	}

	void expect_same_search()
	{
		const std::string name = below(2) ? "a" : "b";
		std::vector<float> query = some_vector(name == "a" ? 4 : 3);
		model::QueryRequest request = nearest(vector(query), name, uint64_t(1 + below(12)));
		request.offset = static_cast<uint64_t>(below(3));
		std::optional<std::string> tag;
		int64_t most = 10;
		if (below(2)) {
			tag = std::string(1, static_cast<char>('a' + below(4)));
			most = below(11);
			request.filter =
				model::Filter{{equals("tag", *tag)}, {}, {in_range("n", static_cast<double>(most), 10)}, {}};
		}
		if (name == "b")
			query = normalized(query);
		std::vector<double> scores;
		for (const auto &[id, point] : known_)
			if (point.vectors.contains(name) && (!tag || point.fields.tag == tag) &&
				(!point.fields.n || *point.fields.n < most))
				scores.push_back(score(name, query, point.vectors.at(name)));
		std::sort(scores.begin(), scores.end());
		if (name == "b")
			std::reverse(scores.begin(), scores.end());
		scores.erase(scores.begin(), scores.begin() + std::min<ptrdiff_t>(static_cast<ptrdiff_t>(request.offset),
																		  static_cast<ptrdiff_t>(scores.size())));
		scores.resize(std::min<size_t>(scores.size(), request.limit));

		const auto found = dispatcher_.query("random", request, kRead);
		ASSERT_EQ(found.size(), scores.size()) << name;
		for (size_t i = 0; i < found.size(); i++) {
			EXPECT_NEAR(found[i].score, scores[i], 1e-4);
			EXPECT_NEAR(score(name, query, known_.at(found[i].id).vectors.at(name)), scores[i], 1e-4);
		}
	}

	dispatch::Dispatcher dispatcher_;
	std::map<PointId, Known> known_;
	std::mt19937 random_{GetParam()};
};

TEST_P(StorageRandom, OperationsAgreeWithAMap)
{
	const char *scale = getenv("VECEXT_TEST_SCALE");
	const int rounds = 80 * (scale ? atoi(scale) : 1);
	for (int round = 0; round < rounds && !HasFailure(); round++) {
		const int64_t kind = below(10);
		if (kind < 4 || known_.empty())
			upsert_some();
		else if (kind < 5)
			delete_some();
		else if (kind < 8)
			change_payload();
		else
			change_vectors();
		expect_same_search();
		if (round % 5 == 0)
			expect_same_points();
	}
	expect_same_points();
}

INSTANTIATE_TEST_SUITE_P(Shards, StorageRandom, testing::Values(1, 3));

} /* namespace */
} /* namespace vecext */
