#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "ground/sql/sqlite.h"
#include "ground/sql/sqlite_connection.h"
#include "ground/sql/testing/temporary_folder.h"
#include "ground/sql/testing/unsynced_vfs.h"

namespace cairn::sql {
namespace {

constexpr std::int64_t kPartsPerWhole = 5;

Result<> WriteWhole(Connection& connection, std::int64_t id) {
  CAIRN_TRY(connection.Run("INSERT INTO whole (id) VALUES ($1)", {id}));
  std::vector<Value> parts;
  for (std::int64_t part = 0; part < kPartsPerWhole; ++part) {
    parts.insert(parts.end(),
                 {Value(id), Value(part), Value(std::string(static_cast<std::size_t>(id % 700), 'x'))});
  }
  return connection.InsertRows("INSERT INTO part (whole, number, note)", 3, parts);
}

Result<> MakeTables(Connection& connection) {
  CAIRN_TRY(connection.Run("CREATE TABLE whole (id BIGINT NOT NULL PRIMARY KEY)"));
  CAIRN_TRY(
      connection.Run("CREATE TABLE part (whole BIGINT NOT NULL, number BIGINT NOT NULL, note TEXT NOT NULL, "
                     "PRIMARY KEY (whole, number)) WITHOUT ROWID"));
  return {};
}

/// Four callers write, and one reads, until the power goes. Gives the ids that were acknowledged.
std::set<std::int64_t> WriteUntilPowerGoes(Database& database, const testing::UnsyncedVfs& disk) {
  std::mutex mutex;
  std::set<std::int64_t> acknowledged;
  if (!database.Transact(MakeTables)) return acknowledged;
  std::atomic<bool> writing = true;
  std::vector<std::thread> threads;
  for (std::int64_t caller = 0; caller < 4; ++caller) {
    threads.emplace_back([&, caller] {
      for (std::int64_t i = 1; !disk.PowerIsCut(); ++i) {
        const std::int64_t id = caller * 1'000'000 + i;
        if (!database.Transact([&](Connection& connection) { return WriteWhole(connection, id); })) break;
        const std::lock_guard lock(mutex);
        acknowledged.insert(id);
      }
    });
  }
  std::thread reader([&] {
    while (writing) {
      const auto rows = database.Read([](Connection& c) { return c.Run("SELECT COUNT(*) FROM part"); });
      EXPECT_TRUE(rows && rows->front().Int(0) % kPartsPerWhole == 0);
    }
  });
  for (auto& thread : threads) thread.join();
  writing = false;
  reader.join();
  return acknowledged;
}

std::set<std::int64_t> IdsIn(const Result<Rows>& rows) {
  std::set<std::int64_t> ids;
  EXPECT_TRUE(rows) << rows.error().message;
  if (rows) {
    for (const Row& row : *rows) ids.insert(row.Int(0));
  }
  return ids;
}

void ExpectWholeStore(Database& database, const std::set<std::int64_t>& acknowledged) {
  const auto read = [&](std::string_view statement) {
    return database.Read([&](Connection& connection) { return connection.Run(statement); });
  };
  const auto sound = read("PRAGMA integrity_check");
  ASSERT_TRUE(sound);
  EXPECT_EQ(sound->front().Text(0), "ok");
  const auto tables = read("SELECT name FROM sqlite_master WHERE type = 'table'");
  ASSERT_TRUE(tables);
  if (tables->empty()) {
    EXPECT_TRUE(acknowledged.empty());
    return;
  }
  const auto whole = IdsIn(read("SELECT id FROM whole"));
  EXPECT_TRUE(std::ranges::includes(whole, acknowledged)) << "an acknowledged write is lost";
  EXPECT_EQ(whole, IdsIn(read("SELECT whole FROM part GROUP BY whole"))) << "half a transaction is there";
  EXPECT_EQ(read("SELECT whole FROM part GROUP BY whole HAVING COUNT(*) <> 5")->size(), 0u);
}

class CrashTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(CrashTest, NoAcknowledgedWriteIsLostAndNoneIsHalfThere) {
  const testing::TemporaryFolder folder, after;
  testing::UnsyncedVfs disk;
  std::mt19937 random(GetParam());
  auto database = OpenSqlite(folder / "store.db", {.vfs = disk.name(), .checkpoint_pages = 20});
  ASSERT_TRUE(database);
  disk.CutPowerAfter(std::uniform_int_distribution(1, 1500)(random));
  const auto acknowledged = WriteUntilPowerGoes(**database, disk);
  database->reset();
  disk.WriteSurvivors(after.path(), GetParam());
  auto reopened = OpenSqlite(after / "store.db");
  ASSERT_TRUE(reopened) << reopened.error().message;
  ExpectWholeStore(**reopened, acknowledged);
  EXPECT_TRUE((*reopened)->Transact([](Connection& c) { return c.Run("CREATE TABLE later (x BIGINT)"); }));
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, ::testing::Range(1u, 31u));

TEST(UnsyncedVfsTest, LosesWhatWasNeverSynced) {
  int lost = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    const testing::TemporaryFolder folder, after;
    testing::UnsyncedVfs disk;
    auto careless = SqliteConnection::Open(folder / "store.db", disk.name(), SqliteConnection::Role::Writer);
    ASSERT_TRUE(careless);
    ASSERT_TRUE((*careless)->Command("CREATE TABLE item (id BIGINT)"));
    ASSERT_TRUE((*careless)->Command("PRAGMA synchronous = OFF"));
    ASSERT_TRUE((*careless)->Command("INSERT INTO item (id) VALUES (1)"));
    disk.CutPowerAfter(0);
    careless->reset();
    disk.WriteSurvivors(after.path(), seed);
    auto reopened = OpenSqlite(after / "store.db");
    ASSERT_TRUE(reopened);
    const auto rows = (*reopened)->Read([](Connection& c) { return c.Run("SELECT id FROM item"); });
    ASSERT_TRUE(rows);
    lost += rows->empty() ? 1 : 0;
  }
  EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace cairn::sql
