#include "loop/tracking/artifact_garbage.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

constexpr std::int64_t kDay = 86'400'000;

class ArtifactGarbageTest : public ::testing::TestWithParam<std::string> {
 protected:
  ArtifactGarbageTest() { store_.clock().Set(os::SystemClock().Now()); }

  void Put(const std::string& path, const std::string& bytes = "12345") {
    const auto source = folder_ / "upload";
    ASSERT_TRUE(os::WriteFileAtomically(source, bytes));
    ASSERT_TRUE(artifacts_.Adopt(path, source));
  }
  bool IsThere(const std::string& path) { return os::Exists(folder_ / ("root/" + path)); }
  /// As if `days` had gone by since everything was written.
  void Wait(std::int64_t days) { store_.clock().Set(store_.clock().Now() + days * kDay); }

  testing::TrackingStore store_{GetParam()};
  os::TempFolder folder_ = *os::TempFolder::Create();
  Artifacts artifacts_{folder_ / "root"};
  std::vector<std::string> others_;
  ArtifactGarbage garbage_{store_.database(), store_.clock(), artifacts_,
                           [this](sql::Connection&) -> Result<std::vector<std::string>> { return others_; }};
};

const std::string kNoRun(32, 'a');
const std::string kNoModel = "m-" + std::string(32, 'b');

TEST_P(ArtifactGarbageTest, WhatIsReferredToStaysAndTheRestGoes) {
  const auto run = store_.NewRun();
  const auto deleted = store_.NewRun();
  ASSERT_TRUE(store_->runs.Delete(deleted.info.id));
  const auto model = *store_->models.Create({0, "model", "", run.info.id, {}, {}});
  const std::vector<std::string> kept = {
      "0/" + run.info.id + "/artifacts/a/b.txt",         "0/" + deleted.info.id + "/artifacts/c.txt",
      "0/models/" + model.id + "/artifacts/MLmodel",     "0/notes.txt",
      "0/" + kNoRun + "/artifacts/registered/model.bin", "stray/version.bin"};
  const std::vector<std::string> gone = {"0/" + kNoRun + "/artifacts/x.txt",
                                         "0/models/" + kNoModel + "/artifacts/MLmodel",
                                         "77/" + run.info.id + "/artifacts/y.txt", "stray/other.bin"};
  for (const auto& path : kept) Put(path);
  for (const auto& path : gone) Put(path);
  others_ = {"mlflow-artifacts:/0/" + kNoRun + "/artifacts/registered", folder_ / "root/stray/version.bin"};
  Wait(8);

  const auto found = garbage_.Find(7 * kDay);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->referred, kept.size());
  EXPECT_EQ(found->bytes, 5 * gone.size());
  ASSERT_EQ(found->heaps.size(), 4u);
  EXPECT_EQ(found->heaps[0].path, "0/" + kNoRun);
  EXPECT_EQ(found->heaps[0].why, "there is no run " + kNoRun);
  EXPECT_EQ(found->heaps[1].path, "0/models/" + kNoModel);
  EXPECT_EQ(found->heaps[2].path, "77");
  for (const auto& path : gone) EXPECT_TRUE(IsThere(path)) << "to look changes nothing";

  ASSERT_TRUE(garbage_.Collect(7 * kDay, "ada"));
  for (const auto& path : kept) EXPECT_TRUE(IsThere(path)) << path;
  for (const auto& path : gone) EXPECT_FALSE(IsThere(path)) << path;
  EXPECT_FALSE(IsThere("77")) << "folders that became empty go too";
  const auto events = store_.Events("tracking.artifacts_collected");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.actor, "ada");
  EXPECT_EQ(events[0].event.body.Int("files"), static_cast<std::int64_t>(gone.size()));
  EXPECT_TRUE(garbage_.Collect(7 * kDay, "ada")->files.empty());
  EXPECT_EQ(store_.Events("tracking.artifacts_collected").size(), 1u) << "nothing done, nothing told";
}

TEST_P(ArtifactGarbageTest, WhatIsStillBeingFilledIsLeftAloneAsAWhole) {
  Put("0/" + store_.NewRun().info.id + "/artifacts/a");
  Put("0/" + kNoRun + "/artifacts/old");
  Wait(8);
  EXPECT_EQ(garbage_.Find(7 * kDay)->files.size(), 1u);
  EXPECT_TRUE(garbage_.Find(9 * kDay)->files.empty());
  EXPECT_EQ(garbage_.Find(9 * kDay)->young, 1u);
  EXPECT_EQ(garbage_.Find(-1).error().reason, Reason::InvalidArgument);
}

TEST_P(ArtifactGarbageTest, WhatAnUploadLeftThatBrokeOffIsGarbageEvenInARunThatExists) {
  const auto below = "0/" + store_.NewRun().info.id + "/artifacts/";
  Put(below + "a");
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / ("root/" + below + ".cairn-arriving-1"), "half"));
  Wait(8);
  ASSERT_TRUE(garbage_.Collect(7 * kDay, "ada"));
  EXPECT_TRUE(IsThere(below + "a"));
  EXPECT_FALSE(IsThere(below + ".cairn-arriving-1"));
}

TEST_P(ArtifactGarbageTest, AFileOfARunIsKeptWhateverItsNameBeginsWith) {
  const auto below = "0/" + store_.NewRun().info.id + "/artifacts/";
  ASSERT_TRUE(os::MakeFolders(folder_ / ("root/" + below)));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / ("root/" + below + ".cairn-notes"), "of an older server"));
  Wait(8);
  EXPECT_TRUE(garbage_.Find(7 * kDay)->files.empty());
}

TEST_P(ArtifactGarbageTest, RecordsThatKnowNoneOfTheFilesRemoveNothing) {
  Put("12/" + kNoRun + "/artifacts/a");
  Wait(8);
  EXPECT_EQ(garbage_.Find(0)->files.size(), 1u);
  EXPECT_EQ(garbage_.Collect(0, "ada").error().reason, Reason::Conflict);
  EXPECT_TRUE(IsThere("12/" + kNoRun + "/artifacts/a"));
}

TEST_P(ArtifactGarbageTest, LocationsThatLeadHereWithoutTheServerCount) {
  const auto root = *os::RealPath(folder_.path()) + "/root";
  Put("team/a.txt");
  Put("other/b.txt");
  Put("third/c.txt");
  ASSERT_TRUE(store_->experiments.Create({"by path", root + "/team", {}}));
  ASSERT_TRUE(store_->experiments.Create({"by file", "file://" + root + "/other", {}}));
  ASSERT_TRUE(
      store_->experiments.Create({"by proxy", "http://host:1/api/2.0/mlflow-artifacts/artifacts/third", {}}));
  Wait(8);
  const auto found = garbage_.Find(0);
  EXPECT_EQ(found->referred, 3u);
  EXPECT_TRUE(found->files.empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, ArtifactGarbageTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
