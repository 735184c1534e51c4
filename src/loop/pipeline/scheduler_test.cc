#include "loop/pipeline/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/pipeline/schema.h"
#include "loop/pipeline/sharing.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HandClock final : public os::Clock {
 public:
  TimeMs Now() const override { return now; }
  void Set(std::string_view text) { now = *ParseTime(text); }
  std::atomic<TimeMs> now = 1'780'000'000'000;
};

class SchedulerTest : public ::testing::TestWithParam<std::string> {
 protected:
  SchedulerTest() : store_(GetParam()) {
    const sql::RoomSchema* rooms[] = {&metadata::Schema(), &pipeline::Schema()};
    EXPECT_TRUE(store_->Migrate(rooms));
    Write("dvc.yaml",
          "stages:\n  log:\n    cmd: echo \"$CAIRN_TRIGGER_ON $CAIRN_DUE $CAIRN_DUE_BEFORE\" >> log.txt\n    "
          "always_changed: true\n");
    clock_.Set("2026-03-27T12:00:00Z");
    Build();
  }

  /// Another program on the same store, with a data folder of its own.
  struct Program {
    Program(SchedulerTest& test, const std::string& name)
        : runner(*test.store_, test.clock_, test.Around(test.folder_ / name)),
          scheduler(*test.store_, test.clock_, runner,
                    {test.folder_.path(), test.folder_ / name,
                     [&test]() -> Result<Scheduler::Configured> {
                       return Scheduler::Configured{
                           test.triggers_,
                           "data: {flights: {}}\nmonitors: [{name: m}]\ntriggers:\n" + test.triggers_};
                     },
                     [&test](const std::string&) { return Result<std::int64_t>(test.version_); }}) {}
    Runner runner;
    Scheduler scheduler;
  };

  Surroundings Around(const std::string& data_dir) {
    Surroundings around;
    around.data_dir = data_dir;
    around.workers = 2;
    around.grace_ms = 200;
    return around;
  }
  void Build() { program_ = std::make_unique<Program>(*this, ".cairn"); }
  /// What was accepted, before a program begins that goes by it.
  void Triggers(const std::string& text) {
    triggers_ = text;
    Build();
  }
  Scheduler& scheduler() { return program_->scheduler; }

  /// Lets time pass, as the loop of the program does, until nothing waits or runs.
  void Advance() {
    for (int i = 0; i < 3; ++i) {
      const auto advanced = scheduler().Advance();
      ASSERT_TRUE(advanced) << advanced.error().message;
      Settle(*program_);
    }
  }
  void Settle(Program& program) {
    for (;;) {
      const auto runs = *program.runner.List("", 100);
      bool over = true;
      for (const auto& run : runs) {
        if (run.state != RunState::Running) continue;
        over = false;
        ASSERT_TRUE(program.runner.Follow(run.id, run.revision, 1'000));
      }
      ASSERT_TRUE(program.runner.TakeUp());
      if (over && program.runner.IsIdle() && Waiting() == 0) return;
    }
  }
  std::int64_t Waiting() {
    return *store_->Read([](sql::Connection& connection) -> Result<std::int64_t> {
      return CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM pipeline_pull WHERE state = 'waiting'"))
          .front()
          .Int(0);
    });
  }
  std::vector<std::string> Causes(const std::string& name) {
    std::vector<std::string> causes;
    const auto firings = scheduler().Firings(name, 1000);
    EXPECT_TRUE(firings) << firings.error().message;
    if (!firings) return causes;
    for (const auto& firing : *firings) causes.push_back(firing.trigger.cause + " " + firing.state);
    return causes;
  }
  std::vector<std::string> Ran() {
    std::vector<std::string> ran;
    const auto runs = program_->runner.List("", 100);
    for (const auto& run : *runs) ran.push_back(run.trigger.cause + " " + NameOf(run.state));
    return ran;
  }
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / name, text));
  }
  std::string Read(const std::string& name) {
    const auto text = os::ReadFile(folder_ / name);
    return text ? *text : "";
  }
  void Git(std::vector<std::string> words) {
    os::Command command;
    command.arguments = {"git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.folder = folder_.path();
    auto git = os::Process::Spawn(std::move(command));
    ASSERT_TRUE(git);
    ASSERT_TRUE(git->Wait(60'000)->Succeeded()) << words.front();
  }
  void Commit(const std::string& file, std::string_view text) {
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(folder_ / file)));
    Write(file, text);
    Git({"add", file});
    Git({"commit", "-q", "-m", "change"});
  }
  std::string Fifo(const std::string& name) {
    EXPECT_EQ(::mkfifo((folder_ / name).c_str(), 0600), 0);
    return folder_ / name;
  }

  sql::testing::TestStore store_;
  os::TempFolder folder_ = *os::TempFolder::Create();
  HandClock clock_;
  std::string triggers_;
  std::int64_t version_ = 0;
  std::unique_ptr<Program> program_;
};

constexpr const char* kNightly =
    "  - {name: nightly, on: schedule, cron: '30 2 * * *', zone: Europe/Berlin, catch_up: last, run: "
    "pipeline}\n";

TEST_P(SchedulerTest, AMomentFiresOnceAndNamesItself) {
  Triggers(kNightly);
  Advance();
  EXPECT_THAT(Causes("nightly"), IsEmpty());
  clock_.Set("2026-03-28T01:29:59.500Z");
  EXPECT_EQ(*scheduler().Advance(), 500);
  clock_.Set("2026-03-28T01:30:00Z");
  Advance();
  EXPECT_THAT(Causes("nightly"), ElementsAre("nightly@2026-03-28T01:30:00Z begun"));
  EXPECT_THAT(Ran(), ElementsAre("nightly@2026-03-28T01:30:00Z finished"));
  EXPECT_EQ(Read("log.txt"), "schedule 2026-03-28T01:30:00.000Z 2026-03-27T01:30:00.000Z\n");
}

TEST_P(SchedulerTest, WhatWasMissedFiresAsTheTriggerWantsIt) {
  for (const std::string catch_up : {"none", "last", "all"}) {
    clock_.Set("2026-03-27T12:00:00Z");
    Triggers(triggers_ + "  - {name: " + catch_up +
             ", on: schedule, cron: '30 2 * * *', zone: UTC, catch_up: " + catch_up + ", run: pipeline}\n");
    Advance();
    Build();  // Another program, days later.
    clock_.Set("2026-03-30T12:00:00Z");
    Advance();
  }
  EXPECT_THAT(Causes("none"), IsEmpty());
  EXPECT_THAT(Causes("last"), ElementsAre("last@2026-03-30T02:30:00Z begun"));
  EXPECT_THAT(Causes("all"), ElementsAre("all@2026-03-30T02:30:00Z begun", "all@2026-03-29T02:30:00Z begun",
                                         "all@2026-03-28T02:30:00Z begun"));
  EXPECT_THAT(Ran(), ElementsAre("all@2026-03-30T02:30:00Z finished", "all@2026-03-29T02:30:00Z finished",
                                 "all@2026-03-28T02:30:00Z finished", "last@2026-03-30T02:30:00Z finished"))
      << "each in a run of its own, oldest first";
}

TEST_P(SchedulerTest, AClockThatJumpsBackFiresNothingTwice) {
  Triggers(kNightly);
  Advance();
  clock_.Set("2026-03-28T01:30:00Z");
  Advance();
  clock_.Set("2026-03-28T01:00:00Z");
  Advance();
  clock_.Set("2026-03-28T01:30:01Z");
  Advance();
  EXPECT_EQ(Causes("nightly").size(), 1u);
}

TEST_P(SchedulerTest, AnotherScheduleOfTheSameNameBeginsAnew) {
  Triggers(kNightly);
  Advance();
  Triggers("  - {name: nightly, on: schedule, cron: '* * * * *', catch_up: all, run: pipeline}\n");
  clock_.Set("2026-03-28T01:29:00Z");
  Advance();
  EXPECT_THAT(Causes("nightly"), IsEmpty());
}

TEST_P(SchedulerTest, ANewVersionOfADataSetFires) {
  version_ = 3;
  Triggers("  - {name: fresh, on: data, dataset: flights, run: pipeline}\n");
  Advance();
  EXPECT_THAT(Causes("fresh"), IsEmpty()) << "what was there before fires nothing";
  version_ = 5;
  ASSERT_TRUE(scheduler().Fire("fresh", "ada"));  // A write, after which the store is looked at again.
  while (Causes("fresh").size() < 2) Advance();
  EXPECT_THAT(Causes("fresh"), ::testing::Contains("fresh@flights@5 begun"));
}

TEST_P(SchedulerTest, AWatchedPathFiresByItsContent) {
  Triggers("  - {name: feed, on: data, path: feed, settle: 0s, run: pipeline}\n");
  Advance();
  ASSERT_TRUE(os::MakeFolders(folder_ / "feed"));
  Write("feed/a.csv", "1\n");
  while (Causes("feed").empty()) Advance();
  Write("feed/a.csv", "1\n");  // The same content.
  Write("feed/b.csv", "2\n");
  while (Causes("feed").size() < 2) Advance();
  ASSERT_TRUE(os::Remove(folder_ / "feed/b.csv"));  // Back to what it was: a change all the same.
  while (Causes("feed").size() < 3) Advance();
  EXPECT_EQ((*scheduler().Firings("feed", 1)).front().detail.Text("path"), "feed");
}

TEST_P(SchedulerTest, CodeFiresWhenItsFilesChangeOnTheBranch) {
  Git({"init", "-q"});
  Commit("src/train.py", "1\n");
  Triggers("  - {name: code, on: training_code, ref: main, paths: ['src/**'], run: pipeline}\n");
  Advance();
  Commit("README.md", "words\n");
  for (int i = 0; i < 10; ++i) Advance();
  Commit("src/train.py", "2\n");
  while (Causes("code").empty()) Advance();
  const auto firing = scheduler().Firings("code", 10)->front();
  EXPECT_EQ(firing.trigger.on, "training_code");
  EXPECT_EQ(firing.detail.At("paths").Dump(), R"(["src/train.py"])");
  EXPECT_EQ(Causes("code").size(), 1u);
}

TEST_P(SchedulerTest, ADatabaseThatIsNotThereYetFiresWhenItIsAndItsRowsChange) {
  Triggers(
      "  - {name: trips, on: data, database: 'sqlite:///trips.db', table: trip, every: 1s, run: pipeline}\n");
  while (scheduler().Advance()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_THAT(scheduler().Show("trips")->problem, HasSubstr("There is no SQLite database at "));
  const auto trips = sql::Database::Open("sqlite:///" + (folder_ / "trips.db"));
  ASSERT_TRUE(trips) << trips.error().message;
  const auto run = [&](const char* statement) {
    ASSERT_TRUE((*trips)->Transact([&](sql::Connection& connection) { return connection.Run(statement); }));
  };
  run("CREATE TABLE trip (id INTEGER)");
  while (!scheduler().Show("trips")->problem.empty()) {
    static_cast<void>(bool(scheduler().Advance()));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_THAT(Causes("trips"), IsEmpty()) << "what was there at first fires nothing";
  EXPECT_EQ(scheduler().Show("trips")->looked, clock_.Now());
  run("INSERT INTO trip VALUES (7)");
  while (Causes("trips").empty()) Advance();
  EXPECT_THAT(Causes("trips"), ElementsAre(HasSubstr("trips@1-")));
  EXPECT_EQ(scheduler().Firings("trips", 1)->front().detail.Dump(),
            R"({"database":"sqlite:///trips.db","table":"trip","rows":1})");
}

TEST_P(SchedulerTest, ATriggerThatCannotLookSaysSoAndKeepsNoOtherBack) {
  Triggers("  - {name: code, on: training_code, ref: nowhere, run: pipeline}\n" + std::string(kNightly));
  EXPECT_FALSE(scheduler().Advance());
  clock_.Set("2026-03-28T01:30:00Z");
  EXPECT_FALSE(scheduler().Advance());
  Settle(*program_);
  EXPECT_EQ(Causes("nightly").size(), 1u);
  EXPECT_NE(scheduler().Show("code")->problem, "");
  EXPECT_EQ(scheduler().Show("nightly")->problem, "");
}

std::string SignatureOf(const std::string& secret, const std::string& text) {
  std::string hex;
  for (const auto byte : crypto::HmacSha256(secret, text)) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", byte);
    hex += two;
  }
  return "sha256=" + hex;
}

TEST_P(SchedulerTest, AMessageIsTakenOnceAndOnlyWithItsSignature) {
  Write("key", "s3cret\n");
  Triggers("  - {name: hook, on: message, secret: {file: key}, run: pipeline}\n");
  Advance();
  const std::string now = std::to_string(clock_.Now() / 1000), body = R"({"labels":7})";
  const std::string good = SignatureOf("s3cret", now + "." + body);
  const auto reason = [&](const std::string& name, const std::string& at, const std::string& signature,
                          const std::string& text) {
    const auto taken = scheduler().OnMessage(name, at, signature, text);
    return taken ? std::string("taken") : NameOf(taken.error().reason);
  };
  EXPECT_EQ(reason("hook", now, SignatureOf("other", now + "." + body), body), "Unauthenticated");
  EXPECT_EQ(reason("hook", now, good, body + " "), "Unauthenticated");
  EXPECT_EQ(reason("hook", now, "", body), "Unauthenticated");
  EXPECT_EQ(reason("hook", "yesterday", good, body), "Unauthenticated");
  EXPECT_EQ(reason("none", now, good, body), "Unauthenticated");
  const std::string old = std::to_string(clock_.Now() / 1000 - 301);
  EXPECT_EQ(reason("hook", old, SignatureOf("s3cret", old + "." + body), body), "Unauthenticated");
  EXPECT_THAT(Causes("hook"), IsEmpty());
  EXPECT_EQ(reason("hook", now, good, body), "taken");
  EXPECT_EQ(reason("hook", now, good, body), "AlreadyExists");
  Settle(*program_);
  Build();
  EXPECT_EQ(reason("hook", now, good, body), "AlreadyExists") << "also by the next program";
  Advance();
  EXPECT_EQ(Ran().size(), 1u);
}

TEST_P(SchedulerTest, APausedTriggerFiresNothingAndGoesOnWithWhatComesThen) {
  Triggers(kNightly);
  Advance();
  ASSERT_TRUE(scheduler().Pause("nightly", "ada"));
  ASSERT_TRUE(scheduler().Pause("nightly", "ada"));
  clock_.Set("2026-03-28T12:00:00Z");
  Advance();
  ASSERT_TRUE(scheduler().Resume("nightly", "ada"));
  Advance();
  EXPECT_THAT(Causes("nightly"), IsEmpty());
  clock_.Set("2026-03-29T01:00:00Z");  // 02:30 is skipped that night.
  Advance();
  EXPECT_EQ(Causes("nightly").size(), 1u);
  const auto events = *metadata::Log(*store_).Read({.kind = "pipeline."});
  std::vector<std::string> kinds;
  for (const auto& event : events) {
    if (event.event.subject == "trigger:nightly") kinds.push_back(event.event.kind);
  }
  EXPECT_THAT(kinds,
              ElementsAre("pipeline.trigger_paused", "pipeline.trigger_resumed", "pipeline.trigger_fired"));
  EXPECT_EQ(scheduler().Pause("nihgtly", "ada").error().reason, Reason::NotFound);
}

TEST_P(SchedulerTest, ABackfillRunsEachMomentOnceOldestFirst) {
  Triggers(kNightly);
  Advance();
  EXPECT_EQ(scheduler().Backfill("nightly", "2026-03-20", "2026-03-23", "ada", true)->moments.size(), 3u);
  EXPECT_THAT(Causes("nightly"), IsEmpty());
  ASSERT_TRUE(scheduler().Backfill("nightly", "2026-03-20", "2026-03-22", "ada", false));
  Advance();
  EXPECT_THAT(Ran(),
              ElementsAre("nightly@2026-03-21T01:30:00Z finished", "nightly@2026-03-20T01:30:00Z finished"));
  const auto again = scheduler().Backfill("nightly", "2026-03-20", "2026-03-23", "ada", false);
  EXPECT_EQ(again->there, 2);
  EXPECT_EQ(again->moments.size(), 1u);
  Advance();
  EXPECT_EQ(Ran().size(), 3u);
  EXPECT_EQ(scheduler().Backfill("nightly", "2026-03-26", "2026-03-29", "ada", false).error().reason,
            Reason::InvalidArgument);
  EXPECT_EQ(scheduler().Backfill("nightly", "2026-03-26", "2026-03-26", "ada", false).error().reason,
            Reason::InvalidArgument);
}

/// Its stage says that it is up, and waits to be let go.
constexpr const char* kWaits =
    "stages:\n  wait:\n    cmd: echo up > up; read go < go\n    always_changed: true\n";

TEST_P(SchedulerTest, AStormIsOneRunAndOneMore) {
  Fifo("up");
  Fifo("go");
  Write("dvc.yaml", kWaits);
  Triggers("  - {name: t, on: demand, run: pipeline}\n");
  Advance();
  ASSERT_TRUE(scheduler().Fire("t", "ada"));
  std::string line;
  std::getline(std::ifstream(folder_ / "up"), line);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(scheduler().Fire("t", "ada"));
  std::ofstream(folder_ / "go") << "go\n" << std::flush;
  std::getline(std::ifstream(folder_ / "up"), line);
  std::ofstream(folder_ / "go") << "go\n" << std::flush;
  Settle(*program_);
  EXPECT_EQ(Ran().size(), 2u);
  EXPECT_EQ(Causes("t").size(), 21u) << "and each firing is a row";
}

TEST_P(SchedulerTest, ATriggerMaySkipOrReplaceTheRunThatIsUnderWay) {
  Fifo("up");
  Fifo("go");
  Write("dvc.yaml", kWaits);
  Triggers(
      "  - {name: skips, on: demand, concurrency: skip, run: pipeline}\n"
      "  - {name: replaces, on: demand, concurrency: replace, run: pipeline}\n");
  Advance();
  std::string line;
  ASSERT_TRUE(scheduler().Fire("replaces", "ada"));
  std::getline(std::ifstream(folder_ / "up"), line);
  EXPECT_EQ(scheduler().Fire("skips", "ada")->state, "skipped");
  ASSERT_TRUE(scheduler().Fire("replaces", "ada"));
  std::getline(std::ifstream(folder_ / "up"), line);  // The second one; the first was cancelled.
  std::ofstream(folder_ / "go") << "go\n" << std::flush;
  Settle(*program_);
  const auto runs = *program_->runner.List("", 10);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].state, RunState::Finished);
  EXPECT_EQ(runs[1].state, RunState::Killed);
  EXPECT_THAT(runs[1].problem, HasSubstr("fired again"));
}

/// Of the engine on which several programs share a store.
class SharedStoreTest : public SchedulerTest {};

TEST_P(SharedStoreTest, TwoProgramsOnOneStoreFireOnce) {
  Triggers(kNightly);
  Advance();
  Program other(*this, ".other");
  ASSERT_TRUE(other.scheduler.Advance());
  clock_.Set("2026-03-28T01:30:00Z");
  std::jthread first([&] { EXPECT_TRUE(scheduler().Advance()); });
  EXPECT_TRUE(other.scheduler.Advance());
  first.join();
  Settle(*program_);
  Settle(other);
  EXPECT_EQ(Causes("nightly").size(), 1u);
  EXPECT_EQ(Ran().size(), 1u);
}

TEST_P(SharedStoreTest, WhatTwoProgramsSeeInADatabaseFiresOnce) {
  const auto trips = sql::Database::Open("sqlite:///" + (folder_ / "trips.db"));
  const auto run = [&](const std::string& statement) {
    ASSERT_TRUE((*trips)->Transact([&](sql::Connection& connection) { return connection.Run(statement); }));
  };
  run("CREATE TABLE trip (id INTEGER)");
  Triggers(
      "  - {name: trips, on: data, database: 'sqlite:///trips.db', table: trip, every: 1s, run: pipeline}\n");
  Program other(*this, ".other");
  const auto both = [&](const auto& until) {
    while (!until()) {
      ASSERT_TRUE(scheduler().Advance());
      ASSERT_TRUE(other.scheduler.Advance());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  };
  const auto looked = [&] {
    return scheduler().Show("trips")->looked && other.scheduler.Show("trips")->looked;
  };
  both(looked);
  for (std::size_t changes = 1; changes <= 3; ++changes) {
    run("INSERT INTO trip VALUES (" + std::to_string(changes) + ")");
    both([&] { return Causes("trips").size() >= changes; });
    clock_.now += 1;
    const TimeMs since = clock_.now;
    both([&] {
      return scheduler().Show("trips")->looked >= since && other.scheduler.Show("trips")->looked >= since;
    });
    EXPECT_EQ(Causes("trips").size(), changes) << "neither sees again what the other saw";
  }
  Settle(*program_);
  Settle(other);
}

TEST_P(SharedStoreTest, WhatADeadProgramLeftIsTakenOver) {
  Triggers(kNightly);
  Advance();
  Sharing sharing(*store_, program_->runner, folder_.path());
  constexpr std::int64_t kMs = 1'000'000;
  {
    Program dead(*this, ".dead");
    Sharing its(*store_, dead.runner, folder_.path());
    ASSERT_TRUE(its.Advance(0));
    // It keeps a firing, and dies before it begins it.
    Request request = scheduler().Show("nightly")->rule.AsksAt(folder_.path(), 1'770'000'000);
    ASSERT_TRUE(*store_->Transact(
        [&](sql::Connection& connection) { return dead.runner.Keep(connection, request); }));
    ASSERT_THAT(*sharing.Advance(1), IsEmpty());
    ASSERT_TRUE(its.Advance(5'000 * kMs));
    ASSERT_THAT(*sharing.Advance(5'500 * kMs), IsEmpty());
    ASSERT_THAT(*sharing.Advance(11'000 * kMs), IsEmpty()) << "it lived at 5 s, and was seen to at 5.5 s";
    EXPECT_EQ(*sharing.Advance(12'000 * kMs), std::vector{dead.runner.home()});
    ASSERT_TRUE(its.Advance(13'000 * kMs)) << "it comes back, and has nothing";
  }
  Settle(*program_);
  EXPECT_EQ(Ran().size(), 1u);
  EXPECT_EQ(Causes("nightly").size(), 1u);
}

std::vector<std::string> SharedEngines() {
  auto engines = sql::testing::Engines();
  std::erase(engines, "sqlite");
  return engines;
}

INSTANTIATE_TEST_SUITE_P(Engines, SchedulerTest, ::testing::ValuesIn(sql::testing::Engines()));
INSTANTIATE_TEST_SUITE_P(Engines, SharedStoreTest, ::testing::ValuesIn(SharedEngines()));

}  // namespace
}  // namespace cairn::pipeline
