#include "loop/pipeline/lock_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class LockFileTest : public ::testing::Test {
 protected:
  LockFile Open() {
    auto file = LockFile::Open(folder_.path(), journal_);
    EXPECT_TRUE(file) << file.error().message;
    return *std::move(file);
  }
  static LockedStage StageOf(const std::string& name, const std::string& md5 = "1") {
    LockedStage stage;
    stage.name = name;
    stage.cmd = "make " + name;
    stage.params = {{"params.yaml", {{"lr", 1.0}}}};
    stage.outs = {{name, std::string(32, md5.front()), 3, std::nullopt, false}};
    return stage;
  }
  static std::vector<std::string> Names(const LockFile& file) {
    std::vector<std::string> names;
    for (const auto& stage : file.lock().stages) names.push_back(stage.name);
    return names;
  }
  /// Leaves a journal behind, as a program that dies.
  void DieAfter(const std::vector<std::string>& names) {
    LockFile file = Open();
    ASSERT_TRUE(file.Claim());
    for (const auto& name : names) ASSERT_TRUE(file.Put(StageOf(name)));
  }
  std::string Read(const std::string& name) {
    const auto text = os::ReadFile(folder_ / name);
    return text ? *text : "(none)";
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::string journal_ = folder_ / "tmp/journal";
};

TEST_F(LockFileTest, WhatWasPutSurvivesTheDeathOfItsProgram) {
  DieAfter({"a", "b"});
  EXPECT_EQ(Read("dvc.lock"), "(none)") << "not written for each stage";
  LockFile next = Open();
  EXPECT_THAT(Names(next), ElementsAre("a", "b"));
  EXPECT_THAT(next.pending(), ElementsAre("a", "b"));
  ASSERT_TRUE(next.claimed());
  ASSERT_TRUE(next.Fold());
  next.Release();
  EXPECT_FALSE(os::Exists(journal_));
  EXPECT_THAT(Read("dvc.lock"), ::testing::HasSubstr("lr: 1.0\n"));
  const LockFile last = Open();
  EXPECT_THAT(Names(last), ElementsAre("a", "b"));
  EXPECT_FALSE(last.claimed());
}

TEST_F(LockFileTest, WhatIsNewStandsInTheOrderThatIsAskedForWhateverEndedFirst) {
  const std::vector<std::string> order = {"a", "b", "c", "d", "e"};
  LockFile first = Open();
  ASSERT_TRUE(first.Claim());
  for (const char* name : {"e", "b"}) ASSERT_TRUE(first.Put(StageOf(name)));
  ASSERT_TRUE(first.Fold(order));
  EXPECT_THAT(Names(first), ElementsAre("b", "e"));
  for (const char* name : {"d", "gone", "e"}) ASSERT_TRUE(first.Put(StageOf(name)));
  ASSERT_TRUE(first.Fold(order));
  first.Release();
  EXPECT_THAT(Names(Open()), ElementsAre("gone", "b", "d", "e")) << "all of one claim";
  LockFile second = Open();
  ASSERT_TRUE(second.Claim());
  for (const char* name : {"c", "a", "b"}) ASSERT_TRUE(second.Put(StageOf(name)));
  ASSERT_TRUE(second.Fold(order));
  EXPECT_THAT(Names(second), ElementsAre("gone", "b", "d", "e", "a", "c"))
      << "what was there keeps its place";
  EXPECT_EQ(second.lock().Find("c")->name, "c");
}

TEST_F(LockFileTest, ATornOrDamagedJournalCountsUpToThere) {
  DieAfter({"a", "b"});
  const std::string whole = *os::ReadFile(journal_);
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    for (const bool cut : {true, false}) {
      std::string text = cut ? whole.substr(0, at) : whole;
      if (!cut) text[at] = static_cast<char>(text[at] ^ 1);
      ASSERT_TRUE(os::WriteFileAtomically(journal_, text));
      const auto names = Names(Open());
      EXPECT_LE(names.size(), 1U) << at;
      if (!names.empty()) {
        EXPECT_EQ(names.front(), "a");
      }
    }
  }
}

TEST_F(LockFileTest, AJournalOfAnotherLockCountsForNothing) {
  DieAfter({"a"});
  Lock other;
  other.Put(StageOf("z"));
  ASSERT_TRUE(WriteLock(folder_.path(), other));
  LockFile file = Open();
  EXPECT_THAT(Names(file), ElementsAre("z"));
  file.Release();
  EXPECT_FALSE(os::Exists(journal_)) << "it is cleared away";
}

TEST_F(LockFileTest, ADeathBetweenTheLockAndTheNewJournalLosesNothing) {
  LockFile file = Open();
  ASSERT_TRUE(file.Claim());
  ASSERT_TRUE(file.Put(StageOf("a")));
  const std::string before = *os::ReadFile(journal_);
  ASSERT_TRUE(file.Fold());
  file.Release();
  ASSERT_TRUE(os::WriteFileAtomically(journal_, before));
  const LockFile next = Open();
  EXPECT_THAT(Names(next), ElementsAre("a"));
  EXPECT_THAT(next.pending(), IsEmpty());
}

TEST_F(LockFileTest, OneWhoLooksWhileAnotherWritesSeesWhatIsDoneAndTouchesNothing) {
  LockFile writer = Open();
  ASSERT_TRUE(writer.Claim());
  ASSERT_TRUE(writer.Put(StageOf("a")));
  LockFile reader = Open();
  EXPECT_THAT(Names(reader), ElementsAre("a"));
  EXPECT_FALSE(reader.claimed());
  EXPECT_EQ(reader.Claim().error().reason, Reason::Conflict);
  reader.Release();
  ASSERT_TRUE(writer.Put(StageOf("b")));
  ASSERT_TRUE(writer.Fold());
  EXPECT_THAT(Names(Open()), ElementsAre("a", "b"));
}

TEST_F(LockFileTest, EnvironmentsStandBesideDvcsLockAndFollowItsEntries) {
  {
    LockFile file = Open();
    ASSERT_TRUE(file.Claim());
    LockedStage stage = StageOf("a");
    stage.environment = {{"uv.lock", "d41d8cd98f00b204e9800998ecf8427e"}};
    ASSERT_TRUE(file.Put(stage));
  }
  LockFile file = Open();
  ASSERT_THAT(file.lock().Find("a")->environment, ElementsAre(std::pair<std::string, std::string>(
                                                      "uv.lock", "d41d8cd98f00b204e9800998ecf8427e")));
  ASSERT_TRUE(file.Fold());
  file.Release();
  EXPECT_THAT(Read("dvc.lock"), Not(::testing::HasSubstr("uv.lock")));
  EXPECT_EQ(Open().lock().Find("a")->environment.size(), 1U);
  Lock by_dvc;
  by_dvc.Put(StageOf("a", "2"));
  ASSERT_TRUE(WriteLock(folder_.path(), by_dvc));
  EXPECT_THAT(Open().lock().Find("a")->environment, IsEmpty()) << "what dvc ran has no known environment";
}

}  // namespace
}  // namespace cairn::pipeline
