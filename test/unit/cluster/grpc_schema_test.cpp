/*
 * grpc_schema_test.cpp: the messages and services that were built are those of
 * data/grpc.tsv, by name, number and type, and every call of a service is served.
 */
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "api/grpc/methods.h"

namespace vecext::api::grpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

struct Row {
	std::string package, kind, owner, name, number, type, label, oneof, request, response, deprecated;

	std::string place() const { return owner + "." + name + " (" + kind + ")"; }
	std::string full(const std::string &of) const { return package + "." + of; }
};

std::vector<Row> rows()
{
	std::vector<Row> rows;
	std::ifstream file(VECEXT_TEST_DATA "/grpc.tsv");
	for (std::string line; std::getline(file, line);) {
		if (line.starts_with('#') || line.starts_with("package\t"))
			continue;
		std::istringstream in(line);
		Row row;
		for (std::string *cell : {&row.package, &row.kind, &row.owner, &row.name, &row.number, &row.type, &row.label,
								  &row.oneof, &row.request, &row.response, &row.deprecated})
			std::getline(in, *cell, '\t');
		rows.push_back(row);
	}
	return rows;
}

const DescriptorPool &pool()
{
	service_methods(); /* links the generated files in */
	return *DescriptorPool::generated_pool();
}

std::string type_of(const FieldDescriptor &field)
{
	std::string name;
	if (field.message_type())
		name = field.message_type()->full_name();
	else if (field.enum_type())
		name = field.enum_type()->full_name();
	else
		return field.type_name();
	return name;
}

/* The table says "Setting" for a type nested in the owner, and leaves the package out. */
bool names_type(const std::string &written, const std::string &built)
{
	return built == written || (built.size() > written.size() && built.ends_with("." + written));
}

std::string label_of(const FieldDescriptor &field)
{
	if (field.real_containing_oneof())
		return "oneof";
	if (field.is_map())
		return "map";
	if (field.is_repeated())
		return "repeated";
	return field.has_optional_keyword() ? "optional" : "singular";
}

void check_field(const Row &row)
{
	const Descriptor *owner = pool().FindMessageTypeByName(row.full(row.owner));
	ASSERT_TRUE(owner) << row.place();
	const FieldDescriptor *field = owner->FindFieldByName(row.name);
	ASSERT_TRUE(field) << row.place();
	EXPECT_EQ(std::to_string(field->number()), row.number) << row.place();
	EXPECT_EQ(label_of(*field), row.label) << row.place();
	EXPECT_EQ(field->options().deprecated(), row.deprecated == "deprecated") << row.place();
	if (field->real_containing_oneof()) {
		EXPECT_EQ(field->real_containing_oneof()->name(), row.oneof) << row.place();
	}
	if (!field->is_map()) {
		EXPECT_TRUE(names_type(row.type, type_of(*field))) << row.place() << " is " << type_of(*field);
		return;
	}
	const size_t comma = row.type.find(',');
	EXPECT_EQ(row.type.substr(0, comma), "map<" + std::string(field->message_type()->map_key()->type_name()));
	const std::string value = row.type.substr(comma + 1, row.type.size() - comma - 2);
	EXPECT_TRUE(names_type(value, type_of(*field->message_type()->map_value()))) << row.place();
}

void check_reserved(const Row &row)
{
	const Descriptor *owner = pool().FindMessageTypeByName(row.full(row.owner));
	ASSERT_TRUE(owner) << row.place();
	EXPECT_TRUE(owner->IsReservedNumber(std::stoi(row.number))) << row.place() << " " << row.number;
}

void check_value(const Row &row)
{
	const EnumDescriptor *owner = pool().FindEnumTypeByName(row.full(row.owner));
	ASSERT_TRUE(owner) << row.place();
	const auto *value = owner->FindValueByName(row.name);
	ASSERT_TRUE(value) << row.place();
	EXPECT_EQ(std::to_string(value->number()), row.number) << row.place();
}

void check_call(const Row &row)
{
	const ServiceDescriptor *service = pool().FindServiceByName(row.full(row.owner));
	ASSERT_TRUE(service) << row.place();
	const MethodDescriptor *method = service->FindMethodByName(row.name);
	ASSERT_TRUE(method) << row.place();
	EXPECT_EQ(method->input_type()->full_name(), row.full(row.request));
	EXPECT_EQ(method->output_type()->full_name(), row.full(row.response));
	EXPECT_FALSE(method->client_streaming() || method->server_streaming());
	EXPECT_EQ(method->options().deprecated(), row.deprecated == "deprecated") << row.place();
}

void check_message(const Row &row)
{
	const std::string name = row.owner.empty() ? row.name : row.owner + "." + row.name;
	EXPECT_TRUE(pool().FindMessageTypeByName(row.full(name))) << row.place();
}

TEST(GrpcSchema, IsAsTheTableSays)
{
	std::map<std::string, int> seen;
	for (const Row &row : rows()) {
		seen[row.kind]++;
		if (row.kind.ends_with("-field"))
			check_field(row);
		else if (row.kind == "reserved")
			check_reserved(row);
		else if (row.kind == "enum-value")
			check_value(row);
		else if (row.kind == "rpc")
			check_call(row);
		else if (row.kind == "message")
			check_message(row);
	}
	EXPECT_GT(seen["message-field"], 600);
	EXPECT_GT(seen["oneof-field"], 100);
	EXPECT_GT(seen["rpc"], 50);
}

/* Nothing beyond the table: fields of messages, values of enums. */
TEST(GrpcSchema, HasNoMoreThanTheTable)
{
	std::map<std::string, int> fields, values;
	for (const Row &row : rows()) {
		if (row.kind.ends_with("-field"))
			fields[row.full(row.owner)]++;
		if (row.kind == "enum-value")
			values[row.full(row.owner)]++;
	}
	for (const auto &[name, count] : fields)
		EXPECT_EQ(pool().FindMessageTypeByName(name)->field_count(), count) << name;
	for (const auto &[name, count] : values)
		EXPECT_EQ(pool().FindEnumTypeByName(name)->value_count(), count) << name;
}

TEST(GrpcSchema, EveryCallIsServed)
{
	std::set<std::string> served;
	for (const auto &methods : {service_methods(), collection_methods(nullptr, 1), point_methods(nullptr)})
		for (const Method &method : methods)
			EXPECT_TRUE(served.insert(std::string(method.name)).second) << method.name << " twice";
	size_t calls = 0;
	for (const Row &row : rows())
		if (row.kind == "rpc") {
			EXPECT_TRUE(served.contains("/" + row.full(row.owner) + "/" + row.name)) << row.place();
			calls++;
		}
	EXPECT_EQ(served.size(), calls);
}

} /* namespace */
} /* namespace vecext::api::grpc */
