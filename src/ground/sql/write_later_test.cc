#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "ground/sql/testing/engines.h"

namespace cairn::sql {
namespace {

/// Writes whose callers do not wait.
class WriteLaterTest : public ::testing::TestWithParam<std::string> {
 protected:
  WriteLaterTest() {
    const auto made = store_->Transact(
        [](Connection& c) { return c.Run("CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY)"); });
    if (!made) throw std::runtime_error(made.error().message);
  }

  static auto Inserting(std::int64_t id) {
    return [id](Connection& connection) -> Result<std::int64_t> {
      CAIRN_TRY(connection.Run("INSERT INTO item (id) VALUES ($1)", {id}));
      return id;
    };
  }
  std::int64_t Count() {
    const auto rows = store_->Read([](Connection& c) { return c.Run("SELECT COUNT(*) FROM item"); });
    return rows ? rows->front().Int(0) : -1;
  }

  testing::TestStore store_{GetParam()};
};

TEST_P(WriteLaterTest, GivesTheAnswerWhenTheRowIsThere) {
  std::promise<Result<std::int64_t>> answer;
  store_->TransactThen(Inserting(7), [&](Result<std::int64_t> given) { answer.set_value(std::move(given)); });
  const auto given = answer.get_future().get();
  ASSERT_TRUE(given);
  EXPECT_EQ(*given, 7);
  EXPECT_EQ(Count(), 1);
}

TEST_P(WriteLaterTest, GivesTheErrorAndKeepsNothing) {
  const auto work = [](Connection& connection) -> Result<std::int64_t> {
    CAIRN_TRY(Inserting(1)(connection));
    return Error{Reason::Conflict, "no"};
  };
  const auto given =
      store_->Await<std::int64_t>([&](auto done) { store_->TransactThen(work, std::move(done)); });
  ASSERT_FALSE(given);
  EXPECT_EQ(given.error().reason, Reason::Conflict);
  EXPECT_EQ(Count(), 0);
}

TEST_P(WriteLaterTest, OneWriteMayBeginTheNext) {
  const auto given = store_->Await<std::int64_t>([&](auto done) {
    store_->TransactThen(Inserting(1), [&, done](const Result<std::int64_t>& first) {
      if (!first) return done(first.error());
      store_->TransactThen(Inserting(*first + 1), done);
    });
  });
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(*given, 2);
  EXPECT_EQ(Count(), 2);
}

TEST_P(WriteLaterTest, ManyAtOnceEachHaveTheirOwnAnswer) {
  constexpr std::int64_t kMany = 200;
  std::atomic<std::int64_t> sum{0}, refused{0}, answered{0};
  for (std::int64_t i = 0; i < kMany; ++i) {
    store_->TransactThen(Inserting(i / 2), [&](const Result<std::int64_t>& given) {
      given ? sum += *given : ++refused;
      ++answered;
      answered.notify_one();
    });
  }
  for (auto now = answered.load(); now < kMany; now = answered) answered.wait(now);
  EXPECT_EQ(refused, kMany / 2);
  EXPECT_EQ(sum, (kMany / 2) * (kMany / 2 - 1) / 2);
  EXPECT_EQ(Count(), kMany / 2);
}

TEST_P(WriteLaterTest, TransactInsideWhatIsToldIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto nested = [&] {
    static_cast<void>(store_->Await<std::int64_t>([&](auto done) {
      store_->TransactThen(Inserting(1), [&, done](Result<std::int64_t> given) {
        static_cast<void>(store_->Transact(Inserting(2)));
        done(std::move(given));
      });
    }));
  };
  EXPECT_DEATH(nested(), "called inside work of the same database");
}

INSTANTIATE_TEST_SUITE_P(Engines, WriteLaterTest, ::testing::ValuesIn(testing::Engines()),
                         testing::EngineName);

}  // namespace
}  // namespace cairn::sql
