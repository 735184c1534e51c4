#include "ground/sql/testing/engines.h"

#include <unistd.h>

#include <cstdlib>
#include <random>
#include <stdexcept>

namespace cairn::sql::testing {
namespace {

std::string ServerUrl() {
  const char* url = std::getenv("CAIRN_TEST_POSTGRES");
  if (url == nullptr || *url == '\0') {
    throw std::runtime_error(
        "CAIRN_TEST_POSTGRES names no server for the tests on PostgreSQL; run them by 'tools/postgres.sh "
        "with COMMAND'.");
  }
  return url;
}

std::unique_ptr<Database> MustOpen(const std::string& url) {
  auto database = Database::Open(url);
  if (!database) throw std::runtime_error("The test's store cannot be opened: " + database.error().message);
  return *std::move(database);
}

void RunOnServer(const std::string& statement) {
  const auto outcome = MustOpen(ServerUrl())->Transact([&](Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run(statement));
    return {};
  });
  if (!outcome)
    throw std::runtime_error("The test's server refused '" + statement + "': " + outcome.error().message);
}

std::string FreshName() {
  std::random_device random;
  return "cairn_test_" + std::to_string(getpid()) + "_" + std::to_string(random());
}

}  // namespace

std::vector<std::string> Engines() { return {"sqlite", "postgres"}; }

std::string EngineName(const ::testing::TestParamInfo<std::string>& parameter) { return parameter.param; }

TestStore::TestStore(const std::string& engine) {
  if (engine == "sqlite") {
    folder_.emplace();
    url_ = "sqlite:///" + (*folder_ / "store.db");
  } else if (engine == "postgres") {
    const std::string server = ServerUrl();
    schema_ = FreshName();
    RunOnServer("CREATE SCHEMA " + schema_);
    url_ =
        server + (server.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" + schema_;
  } else {
    throw std::runtime_error("There is no engine '" + engine + "'; Engines() lists them.");
  }
  database_ = MustOpen(url_);
}

TestStore::~TestStore() {
  database_.reset();
  try {
    if (!schema_.empty()) RunOnServer("DROP SCHEMA " + schema_ + " CASCADE");
  } catch (const std::exception& problem) {
    ADD_FAILURE() << problem.what();
  }
}

void TestStore::Reopen() {
  Close();
  database_ = MustOpen(url_);
}

}  // namespace cairn::sql::testing
