#include "ground/sql/postgres.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "ground/sql/testing/engines.h"

namespace cairn::sql {
namespace {

/// What only a server has: sessions that end, a pool that runs dry, a collation of its own.
class PostgresTest : public ::testing::Test {
 protected:
  static Result<Rows> Write(Database& database, std::string_view statement,
                            std::initializer_list<Value> values = {}) {
    return database.Transact([&](Connection& connection) { return connection.Run(statement, values); });
  }
  Result<Rows> Write(std::string_view statement, std::initializer_list<Value> values = {}) {
    return Write(*store_, statement, values);
  }
  /// Ends the server's session `id`, as a restart or a firewall would.
  void EndSession(std::int64_t id) {
    auto other = Database::Open(store_.url());
    ASSERT_TRUE(other);
    ASSERT_TRUE(Write(**other, "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 5000)", {id}));
  }
  static Result<std::int64_t> SessionOf(Connection& connection) {
    const auto rows = CAIRN_TRY(connection.Run("SELECT pg_backend_pid()"));
    return rows[0].Int(0);
  }

  testing::TestStore store_{"postgres"};
};

TEST_F(PostgresTest, ASessionThatDiedWhileIdleIsReplacedUnseen) {
  ASSERT_TRUE(Write("CREATE TABLE item (id BIGINT)"));
  const auto session = store_->Transact(SessionOf);
  ASSERT_TRUE(session);
  EndSession(*session);
  const auto outcome = Write("INSERT INTO item (id) VALUES (1)");
  EXPECT_TRUE(outcome) << outcome.error().message;
}

TEST_F(PostgresTest, ASessionThatDiesInATransactionIsUnavailableAndNothingIsKept) {
  ASSERT_TRUE(Write("CREATE TABLE item (id BIGINT)"));
  const auto outcome = store_->Transact([&](Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("INSERT INTO item (id) VALUES (1)"));
    EndSession(CAIRN_TRY(SessionOf(connection)));
    CAIRN_TRY(connection.Run("INSERT INTO item (id) VALUES (2)"));
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Unavailable) << outcome.error().message;
  const auto rows =
      store_->Read([](Connection& connection) { return connection.Run("SELECT id FROM item"); });
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->empty());
}

TEST_F(PostgresTest, ADeadlockIsTriedAgain) {
  ASSERT_TRUE(Write("CREATE TABLE item (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)"));
  ASSERT_TRUE(Write("INSERT INTO item (id, n) VALUES (1, 0), (2, 0)"));
  std::vector<std::thread> threads;
  for (const int first : {1, 2}) {
    threads.emplace_back([&, first] {
      for (int i = 0; i < 5; ++i) {
        const auto outcome = store_->Transact([&](Connection& connection) -> Result<> {
          CAIRN_TRY(connection.Run("UPDATE item SET n = n + 1 WHERE id = $1", {first}));
          CAIRN_TRY(connection.Run("UPDATE item SET n = n + 1 WHERE id = $1", {3 - first}));
          return {};
        });
        EXPECT_TRUE(outcome) << outcome.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto rows = store_->Read([](Connection& c) { return c.Run("SELECT MIN(n), MAX(n) FROM item"); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().Int(0), 10);
  EXPECT_EQ(rows->front().Int(1), 10);
}

TEST_F(PostgresTest, WhoCannotWinInTimeGetsAConflict) {
  ASSERT_TRUE(Write("CREATE TABLE item (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)"));
  ASSERT_TRUE(Write("INSERT INTO item (id, n) VALUES (1, 0)"));
  auto hasty = OpenPostgres(store_.url(), {.retry_ms = 0});
  ASSERT_TRUE(hasty);
  const auto outcome = (*hasty)->Transact([&](Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("SELECT n FROM item WHERE id = 1"));
    EXPECT_TRUE(Write("UPDATE item SET n = 5 WHERE id = 1"));
    CAIRN_TRY(connection.Run("UPDATE item SET n = n + 1 WHERE id = 1"));
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Conflict);
}

TEST_F(PostgresTest, WhenEverySessionIsBusyForTooLongTheStoreIsUnavailable) {
  auto narrow = OpenPostgres(store_.url(), {.connections = 1, .wait_ms = 20});
  ASSERT_TRUE(narrow);
  const auto outer = (*narrow)->Transact([&](Connection&) -> Result<> {
    const auto inner = std::async(std::launch::async, [&] { return Write(**narrow, "SELECT 1"); }).get();
    EXPECT_FALSE(inner);
    EXPECT_TRUE(!inner && inner.error().reason == Reason::Unavailable);
    return {};
  });
  EXPECT_TRUE(outer);
  EXPECT_TRUE(Write(**narrow, "SELECT 1"));
}

TEST_F(PostgresTest, AStatementPreparedBeforeItsTableChangedIsPreparedAgain) {
  ASSERT_TRUE(Write("CREATE TABLE item (id BIGINT)"));
  ASSERT_TRUE(Write("SELECT * FROM item"));
  auto other = Database::Open(store_.url());
  ASSERT_TRUE(other);
  ASSERT_TRUE(Write(**other, "ALTER TABLE item ADD COLUMN note TEXT"));
  const auto outcome = Write("SELECT * FROM item");
  EXPECT_TRUE(outcome) << outcome.error().message;
}

TEST_F(PostgresTest, TextColumnsSortByBytesWhateverTheDatabasesLanguage) {
  const RoomSchema schema{
      "garden", {{1, "001_bed", "CREATE TABLE bed (name TEXT NOT NULL PRIMARY KEY, size BIGINT);"}}};
  const RoomSchema* rooms[] = {&schema};
  ASSERT_TRUE(store_->Migrate(rooms));
  // The server's own default here may sort by bytes too, so ask what the column was made with.
  const auto rows = Write(
      "SELECT collation_name FROM information_schema.columns WHERE table_name = 'bed' AND "
      "table_schema = current_schema() AND column_name = 'name'");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().Text(0), "C");
}

TEST(PostgresUrlTest, AServerThatCannotBeReachedIsUnavailableAndItsPasswordStaysUnsaid) {
  const auto database = Database::Open("postgresql://cairn:secret@127.0.0.1:1/postgres");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().reason, Reason::Unavailable);
  EXPECT_EQ(database.error().message.find("secret"), std::string::npos) << database.error().message;
}

}  // namespace
}  // namespace cairn::sql
