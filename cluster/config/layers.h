/*
 * layers.h: configuration as a flat map from key ("service.http_port") to the
 * value of the last layer that names it, with where that stood.
 *
 * A map in a file becomes its leaves. A later layer that gives a scalar (or null)
 * where there was a map removes the map, and the other way round.
 */
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace YAML {
class Node;
}

namespace vecext::config {

struct Value {
	enum Kind : uint8_t { kNull, kScalar, kList };

	Kind kind = kScalar;
	std::string text;   /* of a scalar */
	std::string source; /* "config/config.yaml line 12", "QDRANT__SERVICE__HTTP_PORT" */
	bool seen = false;  /* somebody asked for it */
};

class Layers {
public:
	/* Merges a file that must exist. Throws ConfigError. */
	void add_file(const std::string &path);

	/* `stem`.yaml, .yml or .json where there is one; false where there is none. */
	bool add_file_if_present(const std::string &stem);

	/* The variables PREFIX__A__B, as keys a.b. */
	void add_environment(std::string_view prefix, const char *const *environment);

	void set(const std::string &key, const std::string &text, const std::string &source);

	/* Marks it as seen; nullptr where no layer has it. */
	const Value *find(const std::string &key);

	/* Leaves below the key, their names without it; marked as seen. */
	std::map<std::string, const Value *> below(const std::string &key);

	const std::map<std::string, Value> &values() const { return values_; }

private:
	void merge(const std::string &key, const YAML::Node &node, const std::string &path);
	void put(const std::string &key, Value value);

	std::map<std::string, Value> values_;
};

} /* namespace vecext::config */
