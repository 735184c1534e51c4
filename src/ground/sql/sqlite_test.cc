#include "ground/sql/sqlite.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "ground/sql/testing/temporary_folder.h"
#include "ground/sql/testing/unsynced_vfs.h"

namespace cairn::sql {
namespace {

/// What only SQLite has: an owner, a shared commit, a log, a file that can be damaged.
class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() { Open({}); }

  void Open(SqliteOptions options) {
    database_.reset();
    options.vfs = disk_.name();
    auto opened = OpenSqlite(path_, options);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
    ASSERT_TRUE(Write("CREATE TABLE IF NOT EXISTS item (id BIGINT NOT NULL PRIMARY KEY, note TEXT)"));
  }
  Result<Rows> Write(std::string_view statement, std::initializer_list<Value> values = {}) {
    return database_->Transact([&](Connection& connection) { return connection.Run(statement, values); });
  }
  std::int64_t Count() {
    const auto rows =
        database_->Read([](Connection& connection) { return connection.Run("SELECT COUNT(*) FROM item"); });
    return rows ? rows->front().Int(0) : -1;
  }
  static Result<> Insert(Connection& connection, std::int64_t id) {
    CAIRN_TRY(connection.Run("INSERT INTO item (id, note) VALUES ($1, $2)", {id, "note"}));
    return {};
  }

  /// Runs `deed(0)`…`deed(count - 1)` on threads that all begin while one long transaction holds the writer.
  void BehindOneTransaction(int count, const std::function<void(int)>& deed) {
    std::promise<void> started, finish;
    auto first = std::async(std::launch::async, [&] {
      return database_->Transact([&, once = false](Connection&) mutable -> Result<> {
        if (!std::exchange(once, true)) started.set_value(), finish.get_future().wait();
        return {};
      });
    });
    started.get_future().wait();
    std::atomic<int> begun = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        ++begun;
        begun.notify_one();
        deed(i);
      });
    }
    for (int seen = begun; seen < count; seen = begun) begun.wait(seen);
    finish.set_value();
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(first.get());
  }

  testing::TemporaryFolder folder_;
  testing::UnsyncedVfs disk_;
  const std::string path_ = folder_ / "store.db";
  std::unique_ptr<Database> database_;
};

TEST_F(SqliteTest, OneOpenerAtATimeOwnsAStoreByWhateverNameItIsReached) {
  std::filesystem::create_symlink(path_, folder_ / "other.db");
  for (const std::string& name :
       {path_, folder_ / "other.db",
        folder_ / "../" + folder_.path().substr(folder_.path().rfind('/') + 1) + "/store.db"}) {
    const auto second = OpenSqlite(name);
    ASSERT_FALSE(second) << name;
    EXPECT_EQ(second.error().reason, Reason::Unavailable);
    EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos)
        << second.error().message;
  }
  database_.reset();
  EXPECT_TRUE(OpenSqlite(path_));
}

TEST_F(SqliteTest, CallersWhoWaitTogetherShareACommit) {
  const std::int64_t before = disk_.syncs();
  BehindOneTransaction(16, [&](int i) {
    EXPECT_TRUE(database_->Transact([&](Connection& connection) { return Insert(connection, i); }));
  });
  EXPECT_EQ(Count(), 16);
  EXPECT_LT(disk_.syncs() - before, 16);
}

TEST_F(SqliteTest, AfterAFailedCommitEveryCallersWorkRunsAgainByItself) {
  std::atomic<int> runs = 0;
  disk_.FailNextSync();
  BehindOneTransaction(8, [&](int i) {
    const auto outcome = database_->Transact([&](Connection& connection) {
      ++runs;
      return Insert(connection, i);
    });
    EXPECT_TRUE(outcome) << outcome.error().message;
  });
  EXPECT_GT(runs, 8);
  EXPECT_EQ(Count(), 8);
}

TEST_F(SqliteTest, ARefusalThatRestedOnLostRowsIsTakenBack) {
  // Two want the same key. The shared commit fails, and the one that had it does not want it any more: so the
  // other, refused before, must get it. A thread may come too late to share the commit, so this repeats until
  // both were run twice.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    ASSERT_TRUE(Write("DELETE FROM item"));
    struct Caller {
      int runs = 0;
      bool had_it = false;
      Result<> outcome;
    } callers[2];
    disk_.FailNextSync();
    BehindOneTransaction(2, [&](int i) {
      Caller& caller = callers[i];
      caller.outcome = database_->Transact([&](Connection& connection) -> Result<> {
        ++caller.runs;
        if (caller.had_it) return Error{Reason::Denied, "not again"};
        CAIRN_TRY(Insert(connection, 1));
        caller.had_it = true;
        return {};
      });
    });
    if (callers[0].runs < 2 || callers[1].runs < 2) continue;
    EXPECT_NE(static_cast<bool>(callers[0].outcome), static_cast<bool>(callers[1].outcome));
    EXPECT_EQ(Count(), 1);
    return;
  }
  FAIL() << "The two never shared a commit.";
}

TEST_F(SqliteTest, OneConnectionWritesAndCheckpoints) {
  Open({.checkpoint_pages = 10});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(database_->Transact([&](Connection& c) { return Insert(c, thread * 1000 + i); }));
        EXPECT_GT(Count(), 0);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  // The store was opened twice: by the fixture, and above with a log short enough to be copied many times.
  EXPECT_EQ(disk_.HandlesThatChanged("store.db"), 2);
  EXPECT_EQ(disk_.HandlesThatChanged("store.db-wal"), 2);
  database_.reset();
  EXPECT_EQ(disk_.HandlesThatChanged("store.db"), 2);
  EXPECT_EQ(disk_.HandlesThatChanged("store.db-wal"), 2);
}

TEST_F(SqliteTest, TheLogStartsOverOnceItIsCopied) {
  Open({.checkpoint_pages = 10});
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(database_->Transact([&](Connection& connection) { return Insert(connection, i); }));
  }
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 100u * 4096);
}

TEST_F(SqliteTest, AFullDiskIsExhaustedAndHarmless) {
  disk_.LimitFileBytes(100'000);
  const auto outcome = Write("INSERT INTO item (id, note) VALUES ($1, $2)", {1, std::string(300'000, 'x')});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Exhausted) << outcome.error().message;
  EXPECT_EQ(Count(), 0);
  disk_.LimitFileBytes(-1);
  EXPECT_TRUE(Write("INSERT INTO item (id, note) VALUES ($1, $2)", {1, std::string(300'000, 'x')}));
  EXPECT_EQ(Count(), 1);
}

TEST_F(SqliteTest, ADamagedFileIsCorrupt) {
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(Write("INSERT INTO item (id, note) VALUES ($1, $2)", {i, std::string(500, 'x')}));
  database_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff page = 2; page < 12; ++page) {
      file.seekp(page * 4096);
      file.write("\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", 8);
    }
  }
  auto damaged = OpenSqlite(path_);
  ASSERT_TRUE(damaged) << damaged.error().message;
  const auto rows =
      (*damaged)->Read([](Connection& connection) { return connection.Run("SELECT id, note FROM item"); });
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().reason, Reason::Corrupt) << rows.error().message;
  const std::string other = folder_ / "novel.db";
  std::ofstream(other) << std::string(5000, 'a');
  const auto novel = OpenSqlite(other);
  ASSERT_FALSE(novel);
  EXPECT_EQ(novel.error().reason, Reason::Corrupt) << novel.error().message;
}

TEST_F(SqliteTest, MoreReadsThanConnectionsWaitForOneAnother) {
  Open({.readers = 2});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) EXPECT_EQ(Count(), 0);
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(SqliteTest, AReadThatTakesLongHoldsUpNoOther) {
  Open({.readers = 1, .long_readers = 1, .long_read_ms = 1});
  std::promise<void> begun, answered;
  std::thread slow([&] {
    const auto read = database_->Read([&](Connection& connection) {
      begun.set_value();
      answered.get_future().wait();
      return connection.Run("SELECT id FROM item");
    });
    EXPECT_TRUE(read);
  });
  begun.get_future().wait();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Count(), 0);
  answered.set_value();
  slow.join();
  EXPECT_EQ(Count(), 0);
}

TEST(SqliteUrlTest, SaysWhatIsWrongWithIt) {
  const testing::TemporaryFolder folder;
  for (const char* url : {"", "store.db", "sqlite://", "sqlite:///",
                          "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://a:secret@b/c"}) {
    const auto database = Database::Open(url);
    ASSERT_FALSE(database) << url;
    EXPECT_EQ(database.error().reason, Reason::InvalidArgument) << url;
    EXPECT_EQ(database.error().message.find("secret"), std::string::npos);
  }
  const auto nowhere = Database::Open("sqlite:///" + (folder / "missing/store.db"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().reason, Reason::Unavailable);
  EXPECT_NE(nowhere.error().message.find("missing/store.db"), std::string::npos);
  EXPECT_TRUE(Database::Open("sqlite:///" + (folder / "store.db")));
  EXPECT_TRUE(std::filesystem::exists(folder / "store.db"));
}

}  // namespace
}  // namespace cairn::sql
