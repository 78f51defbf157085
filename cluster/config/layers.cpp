/*
 * layers.cpp: merging files and variables.
 */
#include "config/layers.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

#include "config/load.h"

namespace vecext::config {

namespace {

std::string place(const std::string &path, const YAML::Mark &mark)
{
	return mark.line < 0 ? path : path + " line " + std::to_string(mark.line + 1);
}

std::string child(const std::string &key, const std::string &name)
{
	return key.empty() ? name : key + "." + name;
}

/* SERVICE__HTTP_PORT to service.http_port */
std::string key_of_variable(std::string_view name)
{
	std::string key;
	for (size_t i = 0; i < name.size(); i++) {
		if (name.substr(i, 2) == "__") {
			key.push_back('.');
			i++;
		} else {
			key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(name[i]))));
		}
	}
	return key;
}

} /* namespace */

void Layers::add_file(const std::string &path)
{
	try {
		const YAML::Node root = YAML::LoadFile(path);
		if (!root.IsMap() && !root.IsNull())
			throw ConfigError(path + ": the file must hold a map of settings");
		if (root.IsMap())
			merge("", root, path);
	} catch (const YAML::BadFile &) {
		throw ConfigError(path + ": the file cannot be read");
	} catch (const YAML::Exception &error) {
		throw ConfigError(place(path, error.mark) + ": " + error.msg);
	}
}

bool Layers::add_file_if_present(const std::string &stem)
{
	for (const char *extension : {".yaml", ".yml", ".json"}) {
		std::error_code ignored;
		if (std::filesystem::exists(stem + extension, ignored)) {
			add_file(stem + extension);
			return true;
		}
	}
	return false;
}

void Layers::add_environment(std::string_view prefix, const char *const *environment)
{
	const std::string start = std::string(prefix) + "__";
	for (; *environment; environment++) {
		const std::string_view entry = *environment;
		const size_t equals = entry.find('=');
		if (!entry.starts_with(start) || equals == std::string_view::npos || equals <= start.size())
			continue;
		const std::string name(entry.substr(0, equals));
		set(key_of_variable(std::string_view(name).substr(start.size())), std::string(entry.substr(equals + 1)), name);
	}
}

void Layers::set(const std::string &key, const std::string &text, const std::string &source)
{
	put(key, Value{Value::kScalar, text, source});
}

const Value *Layers::find(const std::string &key)
{
	const auto found = values_.find(key);
	if (found == values_.end())
		return nullptr;
	found->second.seen = true;
	return &found->second;
}

std::map<std::string, const Value *> Layers::below(const std::string &key)
{
	std::map<std::string, const Value *> leaves;
	const std::string start = key + ".";
	for (auto i = values_.lower_bound(start); i != values_.end() && i->first.starts_with(start); ++i) {
		i->second.seen = true;
		leaves[i->first.substr(start.size())] = &i->second;
	}
	return leaves;
}

void Layers::merge(const std::string &key, const YAML::Node &node, const std::string &path)
{
	if (node.IsMap()) {
		for (const auto &member : node)
			merge(child(key, member.first.Scalar()), member.second, path);
		return;
	}
	Value value{Value::kScalar, {}, place(path, node.Mark())};
	if (node.IsNull())
		value.kind = Value::kNull;
	else if (node.IsSequence())
		value.kind = Value::kList;
	else
		value.text = node.Scalar();
	put(key, std::move(value));
}

void Layers::put(const std::string &key, Value value)
{
	const std::string start = key + ".";
	auto first = values_.lower_bound(start);
	auto last = first;
	while (last != values_.end() && last->first.starts_with(start))
		++last;
	values_.erase(first, last);
	for (size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', dot + 1))
		values_.erase(key.substr(0, dot));
	values_[key] = std::move(value);
}

} /* namespace vecext::config */
