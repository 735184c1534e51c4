#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <future>
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>

#include "ground/sql/testing/engines.h"

namespace cairn::sql {
namespace {

class SqlTest : public ::testing::TestWithParam<std::string> {
 protected:
  SqlTest() {
    Must("CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name TEXT, weight DOUBLE PRECISION)");
  }

  Result<Rows> Write(std::string_view statement, std::initializer_list<Value> values = {}) {
    return store_->Transact([&](Connection& connection) { return connection.Run(statement, values); });
  }
  Rows Must(std::string_view statement, std::initializer_list<Value> values = {}) {
    auto rows = Write(statement, values);
    if (!rows) throw std::runtime_error(rows.error().message);
    return *std::move(rows);
  }
  Rows Read(std::string_view statement, std::initializer_list<Value> values = {}) {
    auto rows = store_->Read([&](Connection& connection) { return connection.Run(statement, values); });
    if (!rows) throw std::runtime_error(rows.error().message);
    return *std::move(rows);
  }
  std::int64_t Count() { return Read("SELECT COUNT(*) FROM item").front().Int(0); }

  static Result<> Insert(Connection& connection, std::int64_t id) {
    auto rows = connection.Run("INSERT INTO item (id, name, weight) VALUES ($1, $2, $3)", {id, "x", 0.5});
    if (!rows) return rows.error();
    return {};
  }

  template <class Deed>
  static void OnThreads(int count, const Deed& deed) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&deed, i] { deed(i); });
    for (auto& thread : threads) thread.join();
  }

  testing::TestStore store_{GetParam()};
};

TEST_P(SqlTest, BytesComeBackAsTheyWere) {
  Must("CREATE TABLE parcel (id BIGINT NOT NULL PRIMARY KEY, content BYTEA NOT NULL)");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  Must("INSERT INTO parcel (id, content) VALUES ($1, $2), ($3, $4)", {1, Bytes{all}, 2, Bytes{}});
  const auto rows = Read("SELECT content, LENGTH(content) FROM parcel ORDER BY id");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].Content(0), all);
  EXPECT_EQ(rows[0].Int(1), 256);
  EXPECT_EQ(rows[0].Text(0), "") << "bytes are no text";
  EXPECT_EQ(rows[1].Content(0), "");
  EXPECT_FALSE(rows[1].IsNull(0));
}

TEST_P(SqlTest, WhatWasCommittedIsThereAfterAReopen) {
  Must("INSERT INTO item (id, name, weight) VALUES ($1, $2, $3)", {1, "stone", 2.5});
  store_.Reopen();
  const auto rows = Read("SELECT name, weight, id FROM item");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].Text(0), "stone");
  EXPECT_EQ(rows[0].Double(1), 2.5);
  EXPECT_EQ(rows[0].Int(2), 1);
}

TEST_P(SqlTest, AnErrorOfTheWorkRollsAllOfItBack) {
  const auto outcome = store_->Transact([](Connection& connection) -> Result<> {
    CAIRN_TRY(Insert(connection, 1));
    return Error{Reason::Denied, "changed my mind"};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Denied);
  EXPECT_EQ(outcome.error().message, "changed my mind");
  EXPECT_EQ(Count(), 0);
}

TEST_P(SqlTest, AStatementsErrorEndsTheTransactionEvenWhenTheWorkPassesOverIt) {
  Must("INSERT INTO item (id) VALUES (1)");
  const auto outcome = store_->Transact([](Connection& connection) -> Result<> {
    CAIRN_TRY(Insert(connection, 2));
    EXPECT_FALSE(Insert(connection, 1));
    const auto later = connection.Run("SELECT 1");
    EXPECT_TRUE(!later && later.error().reason == Reason::AlreadyExists);
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::AlreadyExists);
  EXPECT_EQ(Count(), 1);
  EXPECT_TRUE(Write("INSERT INTO item (id) VALUES (2)"));
}

TEST_P(SqlTest, EveryAcknowledgedWriteOfManyThreadsIsThere) {
  std::atomic<int> acknowledged = 0;
  OnThreads(16, [&](int thread) {
    for (int i = 0; i < 25; ++i) {
      if (store_->Transact([&](Connection& c) { return Insert(c, thread * 1000 + i); })) ++acknowledged;
    }
  });
  EXPECT_EQ(acknowledged, 16 * 25);
  EXPECT_EQ(Count(), 16 * 25);
}

TEST_P(SqlTest, ABrokenKeyOfOneCallerDoesNotDisturbTheOthers) {
  Must("INSERT INTO item (id) VALUES (0)");
  std::atomic<int> refused = 0;
  OnThreads(8, [&](int thread) {
    for (int i = 0; i < 20; ++i) {
      const bool clashing = (thread + i) % 2 == 0;
      const auto outcome = store_->Transact([&](Connection& connection) -> Result<> {
        CAIRN_TRY(Insert(connection, 1000 + thread * 1000 + i));
        return clashing ? Insert(connection, 0) : Result<>();
      });
      EXPECT_EQ(static_cast<bool>(outcome), !clashing);
      if (!outcome && outcome.error().reason == Reason::AlreadyExists) ++refused;
    }
  });
  EXPECT_EQ(refused, 80);
  EXPECT_EQ(Count(), 1 + 80);
}

TEST_P(SqlTest, AReadDoesNotSeeWhatIsNotCommittedAndDoesNotWaitForIt) {
  std::promise<void> inserted, seen;
  auto writer = std::async(std::launch::async, [&] {
    return store_->Transact([&](Connection& connection) -> Result<> {
      CAIRN_TRY(Insert(connection, 1));
      inserted.set_value();
      seen.get_future().wait();
      return {};
    });
  });
  inserted.get_future().wait();
  EXPECT_EQ(Count(), 0);
  seen.set_value();
  EXPECT_TRUE(writer.get());
  EXPECT_EQ(Count(), 1);
}

TEST_P(SqlTest, AReadIsOneSnapshot) {
  const auto counts =
      store_->Read([&](Connection& connection) -> Result<std::pair<std::int64_t, std::int64_t>> {
        const auto before = CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM item"));
        EXPECT_TRUE(
            std::async(std::launch::async, [&] { return Write("INSERT INTO item (id) VALUES (1)"); }).get());
        const auto after = CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM item"));
        return std::pair(before[0].Int(0), after[0].Int(0));
      });
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->first, 0);
  EXPECT_EQ(counts->second, 0);
  EXPECT_EQ(Count(), 1);
}

TEST_P(SqlTest, WritingInAReadIsRefused) {
  const auto outcome = store_->Read([](Connection& connection) { return Insert(connection, 1); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Internal);
  EXPECT_EQ(Count(), 0);
}

TEST_P(SqlTest, RacingReadModifyWritesLoseNoUpdate) {
  Must("INSERT INTO item (id, weight) VALUES (1, 0.0)");
  OnThreads(8, [&](int) {
    for (int i = 0; i < 20; ++i) {
      const auto outcome = store_->Transact([](Connection& connection) -> Result<> {
        const auto rows = CAIRN_TRY(connection.Run("SELECT weight FROM item WHERE id = $1", {1}));
        CAIRN_TRY(connection.Run("UPDATE item SET weight = $1 WHERE id = $2", {rows[0].Double(0) + 1.0, 1}));
        return {};
      });
      EXPECT_TRUE(outcome) << outcome.error().message;
    }
  });
  EXPECT_EQ(Read("SELECT weight FROM item").front().Double(0), 160.0);
}

TEST_P(SqlTest, RacingCallersTakeTheNextNumberWithoutGapsOrFailures) {
  OnThreads(8, [&](int) {
    for (int i = 0; i < 20; ++i) {
      const auto outcome = Write(
          "INSERT INTO item (id, name) SELECT COALESCE(MAX(id), 0) + 1, $1 FROM item RETURNING id", {"next"});
      EXPECT_TRUE(outcome) << outcome.error().message;
    }
  });
  const auto rows = Read("SELECT COUNT(*), MIN(id), MAX(id) FROM item");
  EXPECT_EQ(rows[0].Int(0), 160);
  EXPECT_EQ(rows[0].Int(1), 1);
  EXPECT_EQ(rows[0].Int(2), 160);
}

TEST_P(SqlTest, WriteSkewIsImpossible) {
  // Each of two may leave only while the other stays.
  Must("INSERT INTO item (id, weight) VALUES (1, 1.0), (2, 1.0)");
  for (int round = 0; round < 10; ++round) {
    Must("UPDATE item SET weight = 1.0");
    OnThreads(2, [&](int thread) {
      const auto outcome = store_->Transact([&](Connection& connection) -> Result<> {
        const auto on_call = CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM item WHERE weight > 0.5"));
        if (on_call[0].Int(0) < 2) return {};
        CAIRN_TRY(connection.Run("UPDATE item SET weight = 0.0 WHERE id = $1", {thread + 1}));
        return {};
      });
      EXPECT_TRUE(outcome);
    });
    EXPECT_EQ(Read("SELECT COUNT(*) FROM item WHERE weight > 0.5")[0].Int(0), 1);
  }
}

TEST_P(SqlTest, InsertRowsTakesMoreRowsThanOneStatementCanHold) {
  Must(
      "CREATE TABLE point (k BIGINT NOT NULL, step BIGINT NOT NULL, x DOUBLE PRECISION, note TEXT, PRIMARY "
      "KEY (k, step))");
  std::vector<Value> values;
  for (int i = 0; i < 20'000; ++i) {
    const Value note = i % 2 == 0 ? Value("even") : Value(nullptr);
    values.insert(values.end(), {Value(7), Value(i), Value(i * 0.5), note});
  }
  const auto insert = [&](Connection& connection) {
    return connection.InsertRows("INSERT INTO point (k, step, x, note)", 4, values,
                                 "ON CONFLICT (k, step) DO NOTHING");
  };
  ASSERT_TRUE(store_->Transact(insert));
  ASSERT_TRUE(store_->Transact(insert));
  const auto rows = Read("SELECT COUNT(*), SUM(step), SUM(x), COUNT(note) FROM point");
  EXPECT_EQ(rows[0].Int(0), 20'000);
  EXPECT_EQ(rows[0].Int(1), 20'000LL * 19'999 / 2);
  EXPECT_EQ(rows[0].Double(2), 20'000.0 * 19'999 / 4);
  EXPECT_EQ(rows[0].Int(3), 10'000);
}

TEST_P(SqlTest, InsertRowsOfNothingDoesNothingAndHalfARowIsABug) {
  const auto insert = [&](std::vector<Value> values) {
    return store_->Transact([&](Connection& connection) {
      return connection.InsertRows("INSERT INTO item (id, name)", 2, values);
    });
  };
  EXPECT_TRUE(insert({}));
  EXPECT_EQ(Count(), 0);
  const auto half = insert({Value(1), Value("a"), Value(2)});
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().reason, Reason::Internal);
  const auto twice = insert({Value(1), Value("a"), Value(1), Value("b")});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().reason, Reason::AlreadyExists);
  EXPECT_EQ(Count(), 0);
}

TEST_P(SqlTest, LikeKeepsCaseAndILikeIgnoresIt) {
  Must("INSERT INTO item (id, name) VALUES ($1, $2)", {1, "Straße_1%\\a"});
  Must("INSERT INTO item (id, name) VALUES (2, NULL)");
  const auto matches = [&](bool ignoring_case, const char* pattern) {
    return store_->Read([&](Connection& connection) -> Result<bool> {
      const std::string match =
          ignoring_case ? connection.ILike("name", "$1") : connection.Like("name", "$1");
      return !CAIRN_TRY(connection.Run("SELECT id FROM item WHERE " + match, {pattern})).empty();
    });
  };
  EXPECT_TRUE(*matches(false, "Straße%"));
  EXPECT_TRUE(*matches(false, "Stra_e_1%a"));
  EXPECT_TRUE(*matches(false, "%\\a"));
  EXPECT_FALSE(*matches(false, "straße%"));
  EXPECT_FALSE(*matches(false, "Straße"));
  EXPECT_FALSE(*matches(false, "Straße\\_1\\%\\\\a"));
  EXPECT_TRUE(*matches(true, "STRAßE%"));
  EXPECT_TRUE(*matches(true, "%\\A"));
  EXPECT_TRUE(*matches(true, "%_%"));
  EXPECT_FALSE(*matches(true, "STRASSE%"));
  Must("UPDATE item SET name = $1 WHERE id = 1", {"ÄÖÜ Ωмир"});
  EXPECT_TRUE(*matches(true, "äöü ωМИР"));
  EXPECT_FALSE(*matches(false, "äöü ωМИР"));
}

TEST_P(SqlTest, TextThatCannotBeStoredAndNaNAreRefused) {
  using namespace std::string_literals;
  const std::string zero = "a\0b"s;
  for (const Value& bad : {Value(zero), Value("\xff\xfe"), Value(std::nan(""))}) {
    const auto outcome = Write("INSERT INTO item (id, name) VALUES (1, CAST($1 AS TEXT))", {bad});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, Reason::InvalidArgument);
  }
  EXPECT_EQ(Count(), 0);
}

TEST_P(SqlTest, IntegersAndDoublesComeBackBitForBit) {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t whole :
       {Limits::min(), Limits::max(), std::int64_t{0}, (std::int64_t{1} << 53) + 1}) {
    const auto rows = Must("INSERT INTO item (id) VALUES ($1) RETURNING id", {whole});
    EXPECT_EQ(rows[0].Int(0), whole);
    EXPECT_EQ(Read("SELECT id FROM item WHERE id = $1", {whole}).size(), 1u);
  }
  std::vector<double> reals{0.1,
                            1.0 / 3.0,
                            5e-324,
                            1.7976931348623157e308,
                            -2.2250738585072014e-308,
                            123.0,
                            1e15,
                            1e22,
                            std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity()};
  std::mt19937_64 random(7);
  while (reals.size() < 200) {
    const double real = std::bit_cast<double>(random());
    if (!std::isnan(real)) reals.push_back(real);
  }
  Must("DELETE FROM item");
  std::vector<Value> values;
  for (std::size_t i = 0; i < reals.size(); ++i)
    values.insert(values.end(), {Value(static_cast<std::int64_t>(i)), Value(reals[i])});
  ASSERT_TRUE(store_->Transact(
      [&](Connection& c) { return c.InsertRows("INSERT INTO item (id, weight)", 2, values); }));
  const auto rows = Read("SELECT weight FROM item ORDER BY id");
  ASSERT_EQ(rows.size(), reals.size());
  for (std::size_t i = 0; i < reals.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(rows[i].Double(0)), std::bit_cast<std::uint64_t>(reals[i]))
        << reals[i];
    const auto again = Must("UPDATE item SET weight = $1 WHERE id = $2 RETURNING weight",
                            {reals[i], static_cast<std::int64_t>(i)});
    EXPECT_EQ(std::bit_cast<std::uint64_t>(again[0].Double(0)), std::bit_cast<std::uint64_t>(reals[i]))
        << reals[i];
  }
}

TEST_P(SqlTest, ColumnsComeBackAsTheSameKindsOnBothEngines) {
  Must("INSERT INTO item (id, name, weight) VALUES (1, '', 2.0), (2, NULL, NULL)");
  const auto rows = Read(
      "SELECT SUM(id), AVG(weight), id = 1, name, weight, COUNT(*) OVER (), CAST($1 AS BIGINT) IS NULL, "
      "CAST($2 AS TEXT) "
      "FROM item GROUP BY id, name, weight ORDER BY id",
      {nullptr, "ü"});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].Int(0), 1);
  EXPECT_EQ(rows[0].Double(1), 2.0);
  EXPECT_EQ(rows[0].Int(2), 1);
  EXPECT_FALSE(rows[0].IsNull(3));
  EXPECT_EQ(rows[0].Text(3), "");
  EXPECT_EQ(rows[0].Int(5), 2);
  EXPECT_EQ(rows[0].Int(6), 1);
  EXPECT_EQ(rows[0].Text(7), "ü");
  EXPECT_TRUE(rows[1].IsNull(3));
  EXPECT_TRUE(rows[1].IsNull(4));
  EXPECT_EQ(rows[1].Int(2), 0);
  EXPECT_EQ(rows[0].Text(0), "");
  EXPECT_EQ(rows[0].Int(4), 0);
  EXPECT_EQ(rows[0].Double(0), 1.0);
}

TEST_P(SqlTest, ParametersMayRepeatAndStandInAnyOrderButNoneMayBeMissing) {
  const auto rows = Read("SELECT CAST($2 AS TEXT), CAST($1 AS BIGINT) + $1", {20, "two"});
  EXPECT_EQ(rows[0].Text(0), "two");
  EXPECT_EQ(rows[0].Int(1), 40);
  for (const auto& outcome :
       {Write("DELETE FROM item WHERE id = $1"), Write("DELETE FROM item WHERE id = $1", {1, 2}),
        Write("DELETE FROM"), Write("SELECT 1; SELECT 2"), Write("")}) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, Reason::Internal);
  }
}

TEST_P(SqlTest, BrokenReferencesAreConflicts) {
  Must("CREATE TABLE part (item BIGINT NOT NULL REFERENCES item (id))");
  const auto orphan = Write("INSERT INTO part (item) VALUES ($1)", {5});
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().reason, Reason::Conflict);
  const auto empty = Write("INSERT INTO part (item) VALUES ($1)", {nullptr});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().reason, Reason::Internal);
}

TEST_P(SqlTest, ATransactionInsideAnotherEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto nest = [](Database& database) {
    return database.Transact(
        [&](Connection&) { return database.Read([](Connection&) { return Result<>(); }); });
  };
  EXPECT_DEATH({ auto ignored = nest(store_.database()); }, "pass the connection down");
}

INSTANTIATE_TEST_SUITE_P(Engines, SqlTest, ::testing::ValuesIn(testing::Engines()), testing::EngineName);

}  // namespace
}  // namespace cairn::sql
