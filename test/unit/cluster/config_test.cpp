/*
 * config_test.cpp: layers, types, bounds and errors of the configuration.
 */
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/load.h"

namespace vecext::config {
namespace {

namespace fs = std::filesystem;

/* A working directory of its own, since files are looked up relative to it. */
class Config : public ::testing::Test {
protected:
	Config()
	{
		char name[] = "/tmp/vecext-config-XXXXXX";
		directory_ = mkdtemp(name);
		before_ = fs::current_path();
		fs::current_path(directory_);
		fs::create_directory("config");
	}

	~Config() override
	{
		fs::current_path(before_);
		fs::remove_all(directory_);
	}

	static void write(const std::string &path, const std::string &text) { std::ofstream(path) << text; }

	Loaded loaded(std::vector<const char *> environment = {})
	{
		environment.push_back(nullptr);
		return load(flags_, environment.data());
	}

	Settings settings(std::vector<const char *> environment = {}) { return loaded(std::move(environment)).settings; }

	std::string error(std::vector<const char *> environment = {})
	{
		try {
			loaded(std::move(environment));
		} catch (const ConfigError &error) {
			return error.what();
		}
		return "no error";
	}

	Flags flags_;

private:
	fs::path directory_, before_;
};

TEST_F(Config, HasQdrantsDefaults)
{
	const Settings settings = this->settings();
	EXPECT_EQ(settings.service.http_port, 6333);
	EXPECT_EQ(settings.service.grpc_port, 6334);
	EXPECT_EQ(settings.service.max_request_size_mb, 32u);
	EXPECT_EQ(settings.storage.storage_path, "./storage");
	EXPECT_EQ(settings.storage.collection.hnsw.m, 16u);
	EXPECT_FALSE(settings.service.metrics_port.has_value());
	EXPECT_EQ(settings.tls.cert_ttl.count(), 3600);
}

TEST_F(Config, LaterLayersWin)
{
	write("config/config.yaml", "service: {http_port: 1, host: a, max_workers: 1, metrics_prefix: p, api_key: k}\n");
	write("config/production.yaml", "service: {http_port: 2, host: b, max_workers: 2, metrics_prefix: q}\n");
	write("config/local.yml", "service: {http_port: 3, host: c, max_workers: 3}\n");
	write("other.yaml", "service: {http_port: 4, host: d}\n");
	flags_.config_path = "other";
	const Settings settings = this->settings({"RUN_MODE=production", "QDRANT__SERVICE__HTTP_PORT=5"});
	EXPECT_EQ(settings.service.http_port, 5);
	EXPECT_EQ(settings.service.host, "d");
	EXPECT_EQ(settings.service.max_workers, 3u);
	EXPECT_EQ(settings.service.metrics_prefix, "q");
	EXPECT_EQ(settings.service.api_key, "k");
}

TEST_F(Config, OwnVariablesGoBeforeQdrants)
{
	EXPECT_EQ(settings({"VECEXT__SERVICE__HTTP_PORT=7", "QDRANT__SERVICE__HTTP_PORT=5"}).service.http_port, 7);
}

TEST_F(Config, DevelopmentIsTheRunModeUnlessSet)
{
	write("config/development.yaml", "log_level: DEBUG\n");
	EXPECT_EQ(settings().logger.log_level, "DEBUG");
	EXPECT_EQ(settings({"RUN_MODE=test"}).logger.log_level, "INFO");
}

TEST_F(Config, NullUnsetsWhatMayBeUnset)
{
	write("config/config.yaml", "service: {grpc_port: null, api_key: null}\nstorage: {max_collections: ~}\n");
	const Settings settings = this->settings();
	EXPECT_FALSE(settings.service.grpc_port.has_value());
	EXPECT_EQ(settings.service.api_key, "");
	EXPECT_FALSE(settings.storage.max_collections.has_value());
}

TEST_F(Config, EmptyKeysAreNoKeys)
{
	EXPECT_EQ(settings({"QDRANT__SERVICE__API_KEY="}).service.api_key, "");
}

TEST_F(Config, KeysStayTextsWhateverTheyLookLike)
{
	EXPECT_EQ(settings({"QDRANT__SERVICE__API_KEY=00123"}).service.api_key, "00123");
}

TEST_F(Config, AMapReplacesAScalarAndTheOtherWayRound)
{
	write("config/config.yaml", "storage: {collection: {quantization: null}}\n");
	write("config/local.yaml", "storage: {collection: {quantization: {scalar: {type: int8, quantile: 0.9}}}}\n");
	const Settings mapped = settings();
	ASSERT_TRUE(mapped.storage.collection.quantization.has_value());
	EXPECT_FLOAT_EQ(*std::get<model::ScalarQuantization>(*mapped.storage.collection.quantization).quantile, 0.9f);
	write("other.yaml", "storage: {collection: {quantization: null}}\n");
	flags_.config_path = "other.yaml";
	EXPECT_FALSE(settings().storage.collection.quantization.has_value());
}

TEST_F(Config, ErrorsNameKeyValueAndPlace)
{
	write("config/config.yaml", "service:\n  http_port: 70000\n");
	EXPECT_EQ(error(), "config/config.yaml line 2: service.http_port: \"70000\" is not an integer from 0 to 65535");
	EXPECT_EQ(error({"QDRANT__SERVICE__HTTP_PORT=x"}),
			  "QDRANT__SERVICE__HTTP_PORT: service.http_port: \"x\" is not an integer from 0 to 65535");
	EXPECT_EQ(error({"QDRANT__SERVICE__HTTP_PORT=1", "QDRANT__SERVICE__ENABLE_CORS=maybe"}),
			  "QDRANT__SERVICE__ENABLE_CORS: service.enable_cors: \"maybe\" is not true or false");
}

TEST_F(Config, ErrorsDoNotShowSecrets)
{
	write("config/config.yaml", "service: {api_key: [secret]}\n");
	EXPECT_EQ(error().find("secret\""), std::string::npos);
	EXPECT_NE(error().find("service.api_key"), std::string::npos);
}

TEST_F(Config, BrokenYamlNamesTheLine)
{
	write("config/config.yaml", "service:\n  http_port: [1\n");
	EXPECT_TRUE(error().starts_with("config/config.yaml line ")) << error();
	write("config/config.yaml", "just text\n");
	EXPECT_EQ(error(), "config/config.yaml: the file must hold a map of settings");
}

TEST_F(Config, ANamedFileMustExist)
{
	flags_.config_path = "absent.yaml";
	EXPECT_EQ(error(), "absent.yaml: the file cannot be read");
}

TEST_F(Config, UnknownKeysAreWarnedAbout)
{
	write("config/development.yaml", "service: {htp_port: 1}\ngpu: {indexing: true}\naudit: {enabled: false}\n");
	EXPECT_EQ(loaded().warnings,
			  std::vector<std::string>{"config/development.yaml line 1: unknown setting service.htp_port is ignored"});
}

TEST_F(Config, TokensNeedAKeyThatSigns)
{
	EXPECT_EQ(error({"QDRANT__SERVICE__JWT_RBAC=true"}),
			  "service.jwt_rbac needs service.api_key, which signs the tokens");
}

TEST_F(Config, ServersSettingsPassThrough)
{
	write("config/config.yaml", "postgres:\n  settings:\n    work_mem: 64MB\n    hnsw: {ef_search: 100}\n");
	const std::map<std::string, std::string> expected{{"work_mem", "64MB"}, {"hnsw.ef_search", "100"}};
	EXPECT_EQ(settings().postgres.settings, expected);
}

TEST_F(Config, FlagsGoBeforeAllElse)
{
	flags_.postgres_url = "postgresql://flag";
	EXPECT_EQ(settings({"VECEXT__POSTGRES__URL=postgresql://variable"}).postgres.url, "postgresql://flag");
}

TEST(Flags, AreQdrants)
{
	std::optional<int> status;
	std::vector<std::string> words{"vecextd",    "--config-path", "a.yaml", "--disable-telemetry", "-f",
								   "--snapshot", "x:y",           "--uri",  "http://a:1"};
	std::vector<char *> arguments;
	for (std::string &word : words)
		arguments.push_back(word.data());
	const Flags flags = parse_flags(static_cast<int>(arguments.size()), arguments.data(), status);
	EXPECT_FALSE(status.has_value());
	EXPECT_EQ(flags.config_path, "a.yaml");
	EXPECT_EQ(flags.unsupported, (std::vector<std::string>{"--uri", "--snapshot", "--force-snapshot"}));
}

} /* namespace */
} /* namespace vecext::config */
