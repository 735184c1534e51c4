#include "ground/sql/foreign_query.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "ground/sql/testing/engines.h"

namespace cairn::sql {
namespace {

class ForeignQueryTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto made = store_->Transact([&](Connection& connection) -> Result<> {
      CAIRN_TRY(connection.Run("CREATE TABLE trip (id BIGINT PRIMARY KEY, name TEXT, km DOUBLE PRECISION)"));
      CAIRN_TRY(connection.Run("INSERT INTO trip VALUES (1, 'a;b', 0.1), (2, NULL, NULL), (3, '', 1e300)"));
      return Done{};
    });
    ASSERT_TRUE(made) << made.error().message;
  }
  bool postgres() const { return GetParam() == "postgres"; }

  Result<std::int64_t> Read(const std::string& query) {
    columns_.clear();
    rows_.clear();
    return ReadForeign(store_.url(), query,
                       {[&](const std::vector<ForeignColumn>& columns) -> Result<> {
                          columns_ = columns;
                          return Done{};
                        },
                        [&](std::span<const Value> row) -> Result<> {
                          rows_.emplace_back(std::vector<Value>(row.begin(), row.end()));
                          return Done{};
                        }});
  }
  Error Refused(const std::string& query) {
    const auto read = Read(query);
    EXPECT_FALSE(read) << query;
    return read ? Error{} : read.error();
  }
  std::int64_t Count() {
    return store_->Read([](Connection& connection) { return connection.Run("SELECT COUNT(*) FROM trip"); })
        ->front()
        .Int(0);
  }

  testing::TestStore store_{GetParam()};
  std::vector<ForeignColumn> columns_;
  std::vector<Row> rows_;
};

TEST_P(ForeignQueryTest, RowsComeWithNamesAndKinds) {
  const auto rows = Read("SELECT id, name, km, id > 1 AS big FROM trip ORDER BY id;");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, 3);
  ASSERT_EQ(columns_.size(), 4U);
  EXPECT_EQ(columns_[3].name, "big");
  EXPECT_EQ(columns_[0].type, postgres() ? ForeignType::Integer : ForeignType::Any);
  EXPECT_EQ(columns_[2].type, postgres() ? ForeignType::Real : ForeignType::Any);
  EXPECT_EQ(rows_[0].Int(0), 1);
  EXPECT_EQ(rows_[0].Text(1), "a;b");
  EXPECT_TRUE(rows_[1].IsNull(1) && rows_[1].IsNull(2));
  EXPECT_FALSE(rows_[2].IsNull(1)) << "an empty text is no missing one";
  EXPECT_EQ(postgres() ? rows_[0].Text(2) : std::to_string(rows_[0].Double(2)),
            postgres() ? "0.1" : "0.100000");
}

TEST_P(ForeignQueryTest, NoRowsStillHaveColumns) {
  EXPECT_EQ(*Read("SELECT id FROM trip WHERE id > 9"), 0);
  EXPECT_EQ(columns_.size(), 1U);
}

TEST_P(ForeignQueryTest, ManyRowsComeInOrder) {
  const auto rows = Read(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12345) SELECT i FROM n ORDER "
      "BY i");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, 12345);
  EXPECT_EQ(rows_.back().Int(0), 12345);
}

TEST_P(ForeignQueryTest, NothingButReadingIsTaken) {
  for (const char* query :
       {"DELETE FROM trip", "INSERT INTO trip VALUES (9, '', 0) RETURNING id", "DROP TABLE trip",
        "SELECT 1; DROP TABLE trip", "COMMIT; DELETE FROM trip", "", " ; ", "SELECT id FROM trip; COMMIT",
        "WITH gone AS (DELETE FROM trip RETURNING id) SELECT id FROM gone"}) {
    const auto refused = Refused(query);
    EXPECT_EQ(refused.reason, Reason::InvalidArgument) << query << ": " << refused.message;
  }
  EXPECT_EQ(Count(), 3);
  if (!postgres()) {
    EXPECT_EQ(Refused("ATTACH DATABASE '/tmp/x.db' AS other").reason, Reason::InvalidArgument);
    EXPECT_EQ(Refused("PRAGMA user_version").reason, Reason::InvalidArgument);
  }
}

TEST_P(ForeignQueryTest, AWrongQueryIsToldInTheDatabasesWords) {
  EXPECT_NE(Refused("SELECT nothing FROM trip").message.find("nothing"), std::string::npos);
  EXPECT_NE(Refused("SELEC 1").message.find("SELEC"), std::string::npos);
}

TEST_P(ForeignQueryTest, TheReadersErrorEndsTheReading) {
  const auto read = ReadForeign(store_.url(), "SELECT id FROM trip",
                                {[](const auto&) -> Result<> { return Done{}; },
                                 [](std::span<const Value>) -> Result<> {
                                   return Error{Reason::Exhausted, "full"};
                                 }});
  EXPECT_EQ(read.error().message, "full");
}

TEST_P(ForeignQueryTest, AReadingThatIsStoppedEndsAlsoWhileTheDatabaseIsSilent) {
  const char* endless = postgres() ? "SELECT pg_sleep(3600)"
                                   : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                     "SELECT MAX(i) FROM n";
  const ForeignReader none{[](const auto&) -> Result<> { return Done{}; },
                           [](std::span<const Value>) -> Result<> { return Done{}; }};
  std::stop_source stop;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto read = ReadForeign(store_.url(), endless, none, stop.get_token());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::Unavailable);
  EXPECT_EQ(read.error().message, "The reading of the database was ended before its end.");
}

INSTANTIATE_TEST_SUITE_P(Engines, ForeignQueryTest, ::testing::ValuesIn(testing::Engines()),
                         testing::EngineName);

TEST(ForeignAddress, WhatIsNotThereIsNamedWithoutAPassword) {
  const ForeignReader none{[](const auto&) -> Result<> { return Done{}; },
                           [](std::span<const Value>) -> Result<> { return Done{}; }};
  EXPECT_EQ(ReadForeign("sqlite:////nowhere/x.db", "SELECT 1", none).error().reason, Reason::NotFound);
  EXPECT_EQ(ReadForeign("sqlite:///CMakeLists.txt", "SELECT 1 FROM x", none).error().reason, Reason::Corrupt);
  EXPECT_EQ(ReadForeign("oracle://x", "SELECT 1", none).error().reason, Reason::InvalidArgument);
  const auto gone = ReadForeign("postgresql://ada:hunter2@127.0.0.1:1/x", "SELECT 1", none);
  EXPECT_EQ(gone.error().reason, Reason::Unavailable);
  EXPECT_EQ(gone.error().message.find("hunter2"), std::string::npos) << gone.error().message;
}

}  // namespace
}  // namespace cairn::sql
