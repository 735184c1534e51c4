#include "loop/pipeline/seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

/// A project whose files have not changed for a minute, and whose stage stands as run.
class SealTest : public ::testing::Test {
 protected:
  SealTest() {
    Write("dvc.yaml", "stages:\n  a: {cmd: make, deps: [in, folder], params: [more.yaml: ], outs: [out]}\n");
    Write("cairn.yaml", "pipeline: {environment: [uv.lock]}\n");
    Write("params.yaml", "x: 1\n");
    Write("more.yaml", "y: 1\n");
    Write("uv.lock", "1\n");
    Write("in", "1\n");
    EXPECT_TRUE(os::MakeFolders(folder_ / "folder/deep/empty"));
    Write("folder/deep/file", "1\n");
    Write("out", "1\n");
    auto project = Open();
    const Stage& stage = project->definition().stages.front();
    EXPECT_TRUE(project->Claim());
    EXPECT_TRUE(project->Adopt(stage, *project->ObserveInputs(stage)));
    EXPECT_TRUE(project->Finish());
    SettleAndSeal();
  }

  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / name, text));
  }
  std::unique_ptr<Project> Open() { return *Project::Open(folder_.path(), data_); }
  void SettleAndSeal() {
    // What was written just now could be written again without showing it.
    do {
      EXPECT_TRUE(Seal(*Open(), data_));
    } while (!Holds());
  }
  bool Holds() { return SealHolds(folder_.path(), data_); }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::string data_ = folder_ / ".cairn";
};

TEST_F(SealTest, HoldsAsLongAsNothingChanges) {
  EXPECT_TRUE(Holds());
  EXPECT_TRUE(Holds());
  EXPECT_FALSE(SealHolds(folder_ / "folder", data_)) << "another project";
  EXPECT_FALSE(SealHolds(folder_ / "nowhere", data_));
}

TEST_F(SealTest, IsBrokenByAChangeOfAnyFileItWasSeenFrom) {
  for (const char* name : {"dvc.yaml", "dvc.lock", "cairn.yaml", "params.yaml", "more.yaml", "uv.lock", "in",
                           "out", "folder/deep/file"}) {
    ASSERT_TRUE(Holds()) << name;
    const std::string text = *os::ReadFile(folder_ / name);
    Write(name, text + "#\n");
    EXPECT_FALSE(Holds()) << name;
    Write(name, text);
    SettleAndSeal();
  }
}

TEST_F(SealTest, IsBrokenByAFileThatAppearsOrGoes) {
  for (const char* name : {"cairn.lock", "folder/new", "folder/deep/empty/new"}) {
    ASSERT_TRUE(Holds()) << name;
    const bool there = os::Exists(folder_ / name);
    const std::string text = there ? *os::ReadFile(folder_ / name) : "";
    if (there) {
      ASSERT_TRUE(os::Remove(folder_ / name));
    } else {
      Write(name, "1\n");
    }
    EXPECT_FALSE(Holds()) << name;
    if (there) {
      Write(name, text);
    } else {
      ASSERT_TRUE(os::Remove(folder_ / name));
    }
    SettleAndSeal();
  }
}

TEST_F(SealTest, IsNotMadeOverAChangeThatThePlanMayNotHaveSeen) {
  const auto project = Open();
  Write("in", "2\n");
  // For longer than it takes until a stamp tells two writes apart.
  const std::int64_t until = os::SteadyNs() + 100'000'000;
  while (os::SteadyNs() < until) ASSERT_TRUE(Seal(*project, data_));
  EXPECT_FALSE(Holds());
}

TEST_F(SealTest, IsBrokenByAnObjectThatIsGoneFromTheCache) {
  const auto plan = Open()->MakePlan({});
  ASSERT_TRUE(plan && !plan->AnyStale());
  ASSERT_TRUE(os::RemoveTree(folder_ / ".dvc/cache/files/md5/b0"));  // The MD5 of "1\n" begins so.
  EXPECT_FALSE(Holds());
}

TEST_F(SealTest, IsBrokenWhenItsFileIsDamaged) {
  const auto files = *os::ListFolder(data_ + "/seals");
  ASSERT_EQ(files.size(), 1U);
  const std::string file = data_ + "/seals/" + files.front(), text = *os::ReadFile(file);
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, text.size() - 1}) {
    ASSERT_TRUE(os::WriteFileAtomically(file, text.substr(0, size)));
    EXPECT_FALSE(Holds()) << size;
  }
}

}  // namespace
}  // namespace cairn::pipeline
