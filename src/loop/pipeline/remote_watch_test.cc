#include "loop/pipeline/remote_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "ground/sql/testing/engines.h"

namespace cairn::pipeline {
namespace {

using ::testing::HasSubstr;

class RemoteWatchTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    Do("CREATE TABLE trip (id BIGINT PRIMARY KEY, name TEXT, km DOUBLE PRECISION)");
    Do("INSERT INTO trip VALUES (1, 'a', 0.5), (2, NULL, NULL)");
  }
  void Do(const std::string& sentence) {
    const auto done = store_->Transact([&](sql::Connection& connection) -> Result<> {
      CAIRN_TRY(connection.Run(sentence));
      return Done{};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  RemoteSubject Table() const {
    RemoteSubject table;
    table.database = store_.url();
    table.table = "trip";
    return table;
  }
  std::string Seen(const RemoteSubject& subject) {
    const auto sight = LookAtRemote(subject, "/nowhere");
    EXPECT_TRUE(sight) << sight.error().message;
    return sight ? sight->seen : "";
  }

  sql::testing::TestStore store_{GetParam()};
};

TEST_P(RemoteWatchTest, RowsAreTheSameInAnyOrderAndDifferByEachValue) {
  const std::string before = Seen(Table());
  EXPECT_EQ(before.size(), 64U);
  Do("DELETE FROM trip");
  const std::string none = Seen(Table());
  Do("INSERT INTO trip VALUES (2, NULL, NULL), (1, 'a', 0.5)");
  EXPECT_EQ(Seen(Table()), before);
  Do("UPDATE trip SET name = '' WHERE id = 2");
  const std::string empty_text = Seen(Table());
  Do("UPDATE trip SET km = 0.25 WHERE id = 1");
  EXPECT_EQ(std::set<std::string>({before, none, empty_text, Seen(Table())}).size(), 4U);
}

TEST_P(RemoteWatchTest, AQueryLooksAtWhatItGivesAlone) {
  RemoteSubject subject = Table();
  subject.table.clear();
  subject.query = "SELECT MAX(id) FROM trip";
  const std::string before = Seen(subject);
  Do("UPDATE trip SET name = 'b'");
  EXPECT_EQ(Seen(subject), before);
  Do("INSERT INTO trip VALUES (3, 'c', 1)");
  EXPECT_NE(Seen(subject), before);
  EXPECT_EQ(LookAtRemote(subject, "")->detail.Int("rows"), 1);
}

TEST_P(RemoteWatchTest, TroubleSaysWhatIsTheMatter) {
  RemoteSubject subject = Table();
  subject.table = "tirp\"; DROP TABLE trip; --";
  const auto sight = LookAtRemote(subject, "");
  ASSERT_FALSE(sight);
  EXPECT_THAT(sight.error().message, HasSubstr("table tirp\"; DROP TABLE trip; -- of "));
  EXPECT_THAT(sight.error().message, HasSubstr("correct the trigger in cairn.yaml"));
  EXPECT_EQ(Seen(Table()).size(), 64U) << "it is there as before";
  subject.database.clear();
  subject.secret.push_back({"database", Secret::From::Variable, "NO_SUCH_VARIABLE"});
  EXPECT_THAT(LookAtRemote(subject, "").error().message, HasSubstr("NO_SUCH_VARIABLE"));
}

TEST_P(RemoteWatchTest, ALookFromBeforeTheLastChangeDoesNotCount) {
  RemoteWatch watch("/nowhere");
  const auto look = [&](const std::string& before) {
    for (;;) {
      if (auto sight = watch.Look("t", Table(), before)) return *std::move(sight);
      std::this_thread::yield();
    }
  };
  const auto first = look("");
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_FALSE(watch.Look("t", Table(), ""));  // Begun, perhaps done before what follows.
  Do("INSERT INTO trip VALUES (3, 'c', 1)");
  const std::string now = Seen(Table());
  EXPECT_EQ(look(now)->seen, now) << "somebody else saw it meanwhile";
}

TEST_P(RemoteWatchTest, ALookThatWasForgottenDoesNotCount) {
  RemoteWatch watch("/nowhere");
  ASSERT_FALSE(watch.Look("t", Table(), ""));
  watch.Forget("t");
  Do("INSERT INTO trip VALUES (3, 'c', 1)");
  const std::string now = Seen(Table());
  for (;;) {
    const auto sight = watch.Look("t", Table(), "");
    if (!sight) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_TRUE(*sight) << sight->error().message;
    EXPECT_EQ((*sight)->seen, now);
    return;
  }
}

/// A query that gives no row for longer than any test lasts.
RemoteSubject Endless(RemoteSubject subject) {
  const bool postgres = subject.database.starts_with("postgres");
  subject.table.clear();
  subject.query = postgres ? "SELECT pg_sleep(3600)"
                           : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                             "SELECT MAX(i) FROM n";
  return subject;
}

TEST_P(RemoteWatchTest, ALookThatTakesTooLongIsGivenUpAndSaysSo) {
  RemoteWatch watch("/nowhere", 300);
  const RemoteSubject endless = Endless(Table());
  for (;;) {
    const auto sight = watch.Look("t", endless, "");
    if (!sight) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      continue;
    }
    ASSERT_FALSE(*sight);
    EXPECT_EQ(sight->error().reason, Reason::Exhausted);
    EXPECT_THAT(sight->error().message, HasSubstr("and was given up; name less"));
    return;
  }
}

TEST_P(RemoteWatchTest, NobodyWaitsForALookThatIsUnderWayAtTheEnd) {
  const auto began = std::chrono::steady_clock::now();
  {
    RemoteWatch watch("/nowhere");
    ASSERT_FALSE(watch.Look("t", Endless(Table()), ""));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

INSTANTIATE_TEST_SUITE_P(Engines, RemoteWatchTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

TEST(RemoteSubject, IsNamedWithoutWhatIsSecret) {
  RemoteSubject table;
  table.secret = {{"database", Secret::From::Variable, "ORDERS"}};
  table.table = "public.orders";
  EXPECT_EQ(table.Shown(), "table public.orders of {env: ORDERS}");
  RemoteSubject bucket;
  bucket.bucket = "s3://b/p";
  EXPECT_EQ(bucket.Shown(), "s3://b/p");
}

}  // namespace
}  // namespace cairn::pipeline
