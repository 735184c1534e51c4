#include "loop/pipeline/lock.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

/// As DVC 3.67 lays its lock file out.
constexpr std::string_view kGolden = R"(schema: '2.0'
stages:
  prep:
    cmd: python prep.py
    deps:
    - path: prep.py
      hash: md5
      md5: e48deeee6ffbc5c9a9be717fcc0251a2
      size: 50
    - path: raw
      hash: md5
      md5: 3b19761b3afda73d2e3b38a2120c9383.dir
      size: 22
      nfiles: 4
    params:
      params.yaml:
        lr: 1e-05
        names:
        - a
        - 'true'
        - b c
        none:
        text: '123'
        train:
          on: true
          seed: 42
        whole: 100.0
        word: yes
    outs:
    - path: prep.sh
      hash: md5
      md5: b1946ac92492d2347c6235b4d2611184
      size: 6
      isexec: true
  eval:
    cmd:
    - one
    - "two\nlines"
)";

Lock GoldenLock() {
  Lock lock;
  LockedStage prep{"prep", "python prep.py", {}, {}, {}};
  prep.deps = {{"prep.py", "e48deeee6ffbc5c9a9be717fcc0251a2", 50, {}, false},
               {"raw", "3b19761b3afda73d2e3b38a2120c9383.dir", 22, 4, false}};
  prep.params = {{"params.yaml",
                  {{"lr", 1e-5},
                   {"names", Json::Array({"a", "true", "b c"})},
                   {"none", Json()},
                   {"text", "123"},
                   {"train", Json{{"on", true}, {"seed", 42}}},
                   {"whole", 100.0},
                   {"word", "yes"}}}};
  prep.outs = {{"prep.sh", "b1946ac92492d2347c6235b4d2611184", 6, {}, true}};
  lock.Put(prep);
  lock.Put({"eval", Json::Array({"one", "two\nlines"}), {}, {}, {}});
  return lock;
}

TEST(LockTest, IsLaidOutAsDvcDoes) { EXPECT_EQ(DumpLock(GoldenLock()), kGolden); }

TEST(LockTest, WhatIsWrittenReadsBackTheSame) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(WriteLock(folder->path(), GoldenLock()));
  const auto again = ReadLock(folder->path());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(DumpLock(*again), kGolden);
  EXPECT_EQ(again->Find("prep")->FindDep("raw")->nfiles, 4);
}

TEST(LockTest, WhateverItHoldsReadsBackTheSame) {
  const auto folder = os::TempFolder::Create();
  Lock lock;
  lock.Put({"nothing", Json(), {}, {}, {}});
  LockedStage odd{"a: b", "echo \u0085 'x'", {}, {}, {}};
  odd.deps = {{"with \x7f and \u2028", "d41d8cd98f00b204e9800998ecf8427e", 0, {}, false}};
  odd.params = {
      {"params.yaml",
       {{"list", Json::Array({Json::Array({Json(std::nan("")), "\u0085", Json()}), Json{{"k", "1"}}})},
        {std::string(3000, 'k'), Json{{"in", 1}}}}}};
  lock.Put(odd);
  ASSERT_TRUE(WriteLock(folder->path(), lock));
  const auto again = ReadLock(folder->path());
  ASSERT_TRUE(again) << again.error().message << "\n" << DumpLock(lock);
  EXPECT_EQ(DumpLock(*again), DumpLock(lock));
  ASSERT_EQ(again->stages.size(), 2U);
  EXPECT_TRUE(again->stages[0].cmd.IsNull());
  EXPECT_EQ(again->stages[1].cmd, odd.cmd);
  EXPECT_EQ(again->stages[1].deps[0].path, odd.deps[0].path);
  const Json& list = again->stages[1].params[0].second[0].second;
  EXPECT_TRUE(list.items()[0].items()[0].IsNumber()) << list.Dump();
  EXPECT_EQ(list.items()[0].items()[1], Json("\u0085"));
}

/// As DVC 3.67 writes it with ruamel.yaml 0.19.
constexpr std::string_view kGoldenLong = R"(schema: '2.0'
stages:
  long:
    cmd:
    - word word word word word word word word word word word word word word word
      word word end
    - 'a: word word word word word word word word word word word word word word word
      word word end'
    - "it's: word word word word word word word word word word word word word word
      word word word end"
    deps:
    - path: )"
                                         R"(
        pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp
    params:
      params.yaml:
        nested:
        - - 1
          - 2
        - a: 1
          b:
        - []
)";

TEST(LockTest, LongTextsGoOverLinesAsDvcWritesThem) {
  std::string words;
  for (int i = 0; i < 17; ++i) words += "word ";
  words += "end";
  LockedStage stage{"long", Json::Array({words, "a: " + words, "it's: " + words}), {}, {}, {}};
  stage.deps = {{std::string(80, 'p'), "", 0, {}, false}};
  stage.params = {
      {"params.yaml",
       {{"nested", Json::Array({Json::Array({1, 2}), Json{{"a", 1}, {"b", Json()}}, Json::Array()})}}}};
  Lock lock;
  lock.Put(stage);
  EXPECT_EQ(DumpLock(lock), kGoldenLong);
  EXPECT_EQ(ParseLock(DumpLock(lock))->stages.front().cmd, stage.cmd);
}

TEST(LockTest, WhatDvcsWriterWouldLoseStaysOnOneLine) {
  Lock lock;
  const std::string two_spaces = std::string(60, 'a') + "  " + std::string(60, 'b');
  lock.Put({"s", two_spaces, {}, {}, {}});
  EXPECT_EQ(DumpLock(lock), "schema: '2.0'\nstages:\n  s:\n    cmd: " + two_spaces + "\n");
  lock.Put({"s", "it's: " + two_spaces + "\td " + two_spaces, {}, {}, {}});
  EXPECT_EQ(ParseLock(DumpLock(lock))->stages.front().cmd, lock.stages.front().cmd);
}

TEST(LockTest, AStageRunAgainKeepsItsPlace) {
  Lock lock = GoldenLock();
  lock.Put({"prep", "other", {}, {}, {}});
  ASSERT_EQ(lock.stages.size(), 2U);
  EXPECT_EQ(lock.stages[0].cmd, Json("other"));
}

TEST(LockTest, ADamagedLockIsNamedAndNeverTakenForEmpty) {
  const auto folder = os::TempFolder::Create();
  for (const char* text :
       {"schema: '1.0'\n", "- a\n", "schema: '2.0'\nstages:\n  a:\n    deps:\n    - md5: x\n",
        "schema: '2.0'\nstages: {a: 3}\n"}) {
    ASSERT_TRUE(os::WriteFileAtomically((*folder) / "dvc.lock", text));
    const auto read = ReadLock(folder->path());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, Reason::InvalidArgument);
    EXPECT_NE(read.error().message.find("dvc.lock:"), std::string::npos) << read.error().message;
  }
}

TEST(LockTest, ParametersCompareAsPythonDoes) {
  EXPECT_TRUE(EqualParams(1, 1.0));
  EXPECT_TRUE(EqualParams(true, 1));
  EXPECT_TRUE(EqualParams(Json::Array({1, 2}), Json::Array({1.0, 2.0})));
  EXPECT_TRUE(EqualParams(Json{{"a", 1}, {"b", 2}}, Json{{"b", 2}, {"a", true}}));
  EXPECT_FALSE(EqualParams("1", 1));
  EXPECT_FALSE(EqualParams(Json(), false));
  EXPECT_FALSE(EqualParams(Json::Array({1}), Json::Array({1, 2})));
}

}  // namespace
}  // namespace cairn::pipeline
