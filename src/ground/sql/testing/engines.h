#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ground/sql/database.h"
#include "ground/sql/testing/temporary_folder.h"

namespace cairn::sql::testing {

/// "sqlite" and "postgres": the parameter of every test of a store. Without a server in CAIRN_TEST_POSTGRES
/// the tests on "postgres" fail with a sentence instead of passing unseen.
std::vector<std::string> Engines();

/// For test names that tell the engine:
///   INSTANTIATE_TEST_SUITE_P(Engines, RegistryTest, ::testing::ValuesIn(sql::testing::Engines()),
///   sql::testing::EngineName);
std::string EngineName(const ::testing::TestParamInfo<std::string>& parameter);

/// A fresh, empty store, gone with this object: a temporary folder, or a schema of its own on the server that
/// CAIRN_TEST_POSTGRES names. The constructor throws (so that the fixture fails) when there is none to be
/// had.
class TestStore {
 public:
  explicit TestStore(const std::string& engine);
  ~TestStore();
  TestStore(const TestStore&) = delete;
  TestStore& operator=(const TestStore&) = delete;

  Database& database() { return *database_; }
  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }

  /// What Database::Open takes to reach the same store.
  const std::string& url() const { return url_; }
  /// Closes the store and opens it again, as a restart does. References to the old database() end.
  void Reopen();
  /// Closes the store until Reopen.
  void Close() { database_.reset(); }

 private:
  std::string url_;
  std::optional<TemporaryFolder> folder_;  ///< SQLite.
  std::string schema_;                     ///< PostgreSQL: dropped at the end.
  std::unique_ptr<Database> database_;
};

}  // namespace cairn::sql::testing
