/*
 * shard_schema.cpp: see shard_schema.h.
 */
#include "shard/shard_schema.h"

#include "model/error.h"

namespace vecext::shard {

const VectorColumn *ShardSchema::find(const std::string &name) const
{
	for (const VectorColumn &vector : vectors)
		if (vector.name == name)
			return &vector;
	return nullptr;
}

const VectorColumn &ShardSchema::vector(const std::string &name) const
{
	const VectorColumn *found = find(name);
	if (!found)
		throw model::unknown_vector(name);
	return *found;
}

const model::PayloadFieldSchema *ShardSchema::payload_index(const std::string &path) const
{
	const auto found = payload_indexes.find(path);
	return found == payload_indexes.end() ? nullptr : &found->second.schema;
}

} /* namespace vecext::shard */
