/*
 * storage_fixture.h: a Dispatcher on the PostgreSQL that PGHOST names, and short
 * ways to write requests.
 */
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "collection/table_of_content.h"
#include "dispatch/dispatcher.h"
#include "model/error.h"

namespace vecext {

inline constexpr model::UpdateParams kWait{true, model::WriteOrdering::kWeak, {}};
inline const model::ReadParams kRead;

inline std::shared_ptr<postgres::Pool> open_pool(size_t size = 4)
{
	postgres::PoolSettings settings;
	settings.conninfo = "application_name=vecextd"; /* the rest from PGHOST and its like */
	settings.size = size;
	return std::make_shared<postgres::Pool>(settings);
}

inline dispatch::Dispatcher open_dispatcher(collection::NodeSettings settings = {})
{
	return dispatch::Dispatcher(std::make_shared<collection::TableOfContent>(open_pool(), std::move(settings)));
}

/* Begins and ends without collections. */
class EmptyStorage : public testing::Test {
protected:
	void SetUp() override { clear(); }
	void TearDown() override { clear(); }

	void clear()
	{
		for (const std::string &name : dispatcher_.list_collections())
			dispatcher_.delete_collection(name);
	}

	dispatch::Dispatcher dispatcher_ = open_dispatcher();
};

inline model::PointId uuid(unsigned n)
{
	model::Uuid id = {};
	id.bytes[15] = static_cast<unsigned char>(n);
	return id;
}

inline model::VectorParams dense(uint64_t size, model::Distance distance,
								 std::optional<model::Datatype> datatype = std::nullopt)
{
	model::VectorParams params;
	params.size = size;
	params.distance = distance;
	params.datatype = datatype;
	return params;
}

inline model::Point point(model::PointId id, model::NamedVectors vectors, std::optional<std::string> payload = {})
{
	return {id, std::move(vectors), std::move(payload)};
}

inline model::UpsertPoints upsert(std::vector<model::Point> points)
{
	model::UpsertPoints request;
	request.points = std::move(points);
	return request;
}

inline model::PointSelection ids(std::vector<model::PointId> list)
{
	return {std::move(list), {}, true};
}

inline model::PointSelection where(model::Filter filter)
{
	return {{}, std::move(filter), false};
}

inline model::PayloadFieldSchema field_of(model::PayloadFieldType type)
{
	model::PayloadFieldSchema schema;
	schema.type = type;
	return schema;
}

inline model::Filter must(std::vector<model::Condition> conditions)
{
	return {std::move(conditions), {}, {}, {}};
}

inline model::Condition equals(const std::string &key, std::variant<std::string, int64_t, bool> value)
{
	model::FieldCondition condition;
	condition.key = key;
	condition.match = model::MatchValue{std::move(value)};
	return condition;
}

inline model::Condition in_range(const std::string &key, double from, double to)
{
	model::FieldCondition condition;
	condition.key = key;
	condition.range = model::NumberRange{{}, from, to, {}}; /* from <= value < to */
	return condition;
}

inline model::QueryRequest nearest(model::VectorInput vector, std::string using_vector, uint64_t limit)
{
	model::QueryRequest request;
	request.query = model::NearestQuery{std::move(vector), {}};
	request.using_vector = std::move(using_vector);
	request.limit = limit;
	return request;
}

inline model::Vector vector(model::DenseVector values)
{
	return values;
}

/* The message of the error that `work` throws; "" when it throws none. */
template <class Work> std::string error_of(Work &&work)
{
	try {
		work();
	} catch (const model::Error &error) {
		return error.what();
	}
	return "";
}

} /* namespace vecext */
