#include "ground/sql/migration.h"

#include <gtest/gtest.h>

#include <thread>

#include "ground/sql/testing/engines.h"

namespace cairn::sql {
namespace {

class MigrationTest : public ::testing::TestWithParam<std::string> {
 protected:
  Result<> Migrate(std::vector<Migration> steps) {
    const RoomSchema schema{"garden", std::move(steps)};
    const RoomSchema* rooms[] = {&schema};
    return store_->Migrate(rooms);
  }
  Result<Rows> Read(std::string_view statement) {
    return store_->Read([&](Connection& connection) { return connection.Run(statement); });
  }

  testing::TestStore store_{GetParam()};
  const Migration bed_{
      1, "001_bed",
      "-- beds; and their names\n"
      "CREATE TABLE bed (name TEXT NOT NULL PRIMARY KEY, note TEXT DEFAULT 'a;b') /*CLUSTERED*/;\n"
      "CREATE INDEX bed_note ON bed (note);\n"};
  const Migration seed_{2, "002_seed",
                        "ALTER TABLE bed ADD COLUMN seed TEXT; INSERT INTO bed (name) VALUES ('rose')"};
};

TEST_P(MigrationTest, StepsAreAppliedOnceEachInOrder) {
  ASSERT_TRUE(Migrate({bed_}));
  ASSERT_TRUE(Migrate({bed_}));
  ASSERT_TRUE(Migrate({bed_, seed_}));
  store_.Reopen();
  ASSERT_TRUE(Migrate({bed_, seed_}));
  const auto rows = Read("SELECT name, note, seed FROM bed");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().Text(1), "a;b");
  EXPECT_TRUE(rows->front().IsNull(2));
  EXPECT_EQ(Read("SELECT number FROM schema_step WHERE room = 'garden'")->size(), 2u);
}

TEST_P(MigrationTest, AChangedStepIsRefusedAndNamed) {
  ASSERT_TRUE(Migrate({bed_}));
  Migration changed = bed_;
  changed.text += " ";
  const auto outcome = Migrate({changed, seed_});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Conflict);
  EXPECT_NE(outcome.error().message.find("001_bed"), std::string::npos);
  EXPECT_EQ(Read("SELECT * FROM bed")->size(), 0u);
}

TEST_P(MigrationTest, AStoreOfANewerProgramIsRefused) {
  ASSERT_TRUE(Migrate({bed_, seed_}));
  const auto outcome = Migrate({bed_});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Conflict);
  EXPECT_NE(outcome.error().message.find("newer program"), std::string::npos);
}

TEST_P(MigrationTest, AFailedStepLeavesNothingBehind) {
  const auto outcome = Migrate({{1, "001_broken", "CREATE TABLE half (x BIGINT); CREATE TABL"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Internal);
  EXPECT_FALSE(Read("SELECT * FROM half"));
  EXPECT_TRUE(Migrate({bed_}));
}

TEST_P(MigrationTest, ProgramsThatStartTogetherApplyEachStepOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto outcome = Migrate({bed_, seed_});
      EXPECT_TRUE(outcome) << outcome.error().message;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Read("SELECT * FROM bed")->size(), 1u);
}

TEST_P(MigrationTest, TextSortsByItsBytes) {
  ASSERT_TRUE(Migrate({bed_}));
  ASSERT_TRUE(store_->Transact([](Connection& connection) {
    return connection.InsertRows("INSERT INTO bed (name)", 1, std::vector<Value>{"b", "Z", "é", "a", "_"});
  }));
  std::string order;
  const auto rows = Read("SELECT name FROM bed ORDER BY name");
  ASSERT_TRUE(rows);
  for (const Row& row : *rows) order += row.Text(0);
  EXPECT_EQ(order, "Z_abé");
}

INSTANTIATE_TEST_SUITE_P(Engines, MigrationTest, ::testing::ValuesIn(testing::Engines()),
                         testing::EngineName);

}  // namespace
}  // namespace cairn::sql
