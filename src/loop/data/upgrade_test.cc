#include <gtest/gtest.h>

#include "loop/data/testing/test_catalogue.h"

namespace cairn::data {
namespace {

using testing::Must;

/// A store that a program wrote before versions told where they came from.
class UpgradeTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    sql::RoomSchema before = Schema();
    ASSERT_GT(before.steps.size(), 1U);
    before.steps.resize(1);
    Must(store_->Migrate(std::array{&metadata::Schema(), static_cast<const sql::RoomSchema*>(&before)}));
    const std::string rows = Must(os::ReadFile("src/loop/data/testdata/store_001.sql"));
    Must(store_->Transact([&](sql::Connection& connection) -> Result<> {
      std::string statement;
      for (const char character : rows) {
        if (character != ';') {
          statement += character;
          continue;
        }
        CAIRN_TRY(connection.Run(statement));
        statement.clear();
      }
      return Done{};
    }));
  }

  os::TempFolder folder_ = Must(os::TempFolder::Create());
  sql::testing::TestStore store_{GetParam()};
  os::testing::ManualClock clock_;
  Catalogue catalogue_{store_.database(),
                       clock_,
                       {.project = folder_ / "project",
                        .cache = folder_ / "cache",
                        .scratch = folder_ / "scratch",
                        .index = folder_ / "index"}};
};

TEST_P(UpgradeTest, AnOlderStoreIsBroughtUpInPlaceWithoutLosingAWord) {
  for (int time = 0; time < 2; ++time) {
    const auto migrated = store_->Migrate(std::array{&metadata::Schema(), &Schema()});
    ASSERT_TRUE(migrated) << migrated.error().message;
  }
  const auto versions = Must(catalogue_.Versions("flights"));
  ASSERT_EQ(versions.size(), 2U);
  const DatasetVersion& second = versions.front();
  EXPECT_EQ(second.digest, "d2");
  EXPECT_EQ(second.rows, 30);
  EXPECT_EQ(second.note, "February, with the storm");
  EXPECT_EQ(second.provenance.source, "/data/2013-02.csv");
  EXPECT_EQ(second.provenance.kind, "file");
  EXPECT_EQ(second.provenance.read_ms, 1362000000000);
  EXPECT_TRUE(second.columns.empty());
  ASSERT_EQ(second.files.size(), 2U);
  EXPECT_EQ(second.files[0].sealed_sha256, "s1");
  EXPECT_EQ(second.files[1].name, "2013-02.csv");
  EXPECT_EQ(second.files[1].removed_in, 0);
  EXPECT_EQ(versions.back().files.size(), 1U);
  EXPECT_FALSE(versions.back().contract_passed);
  EXPECT_EQ(Must(catalogue_.FindProfile("flights", 1)).Int("rows"), 10);
}

INSTANTIATE_TEST_SUITE_P(Engines, UpgradeTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::data
