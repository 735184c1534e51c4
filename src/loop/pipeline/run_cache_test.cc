#include "loop/pipeline/run_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

constexpr const char* kEntry = R"(cmd: python prep.py
deps:
- path: prep.py
  hash: md5
  md5: e48deeee6ffbc5c9a9be717fcc0251a2
  size: 42
- path: raw
  hash: md5
  md5: 3b19761b3afda73d2e3b38a2120c9383.dir
  size: 27
  nfiles: 4
params:
  params.yaml:
    lr: 0.01
    train:
      seed: 42
      opts:
        b: true
        a:
        - 1
        - 2
        - q r
outs:
- path: prep.txt
  hash: md5
  md5: b1946ac92492d2347c6235b4d2611184
  size: 6
)";

Stage StageOf(const LockedStage& entry) {
  Stage stage;
  stage.name = "prep";
  stage.cmd = entry.cmd;
  for (const auto& dep : entry.deps) stage.deps.push_back(dep.path);
  for (const auto& out : entry.outs) stage.outs.push_back({.path = out.path});
  return stage;
}

class RunCacheTest : public testing::Test {
 protected:
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    const auto entries = os::ListTree(folder_.path());
    for (const auto& entry : *entries) {
      if (entry.kind == os::FileKind::File) files.push_back(entry.path);
    }
    return files;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  const RunCache cache_{folder_.path()};
  const LockedStage entry_ = *ParseEntry(kEntry);
  const Stage stage_ = StageOf(entry_);
};

// What DVC 3.67.1 made of such a stage.
TEST_F(RunCacheTest, NamesAndBytesAreDvcs) {
  ASSERT_TRUE(cache_.Keep(entry_));
  const std::string name =
      "runs/4b/4bc825e2775e3e1bc86a08c7b405a3cc521f5c26650d79c57ac8179512dcd7c5/"
      "7d6312db745e467ca07651abca18e1426812bde011e9ea5bc7d3c91e2113ee2c";
  EXPECT_THAT(Files(), testing::ElementsAre(name));
  EXPECT_EQ(*os::ReadFile(folder_ / name), kEntry);
}

TEST_F(RunCacheTest, FindsWhatWasMadeLastOfTheSame) {
  LockedStage inputs = entry_, other = entry_;
  inputs.outs.clear();
  EXPECT_FALSE(cache_.Find(stage_, inputs));
  ASSERT_TRUE(cache_.Keep(entry_));
  other.outs[0].md5 = "d41d8cd98f00b204e9800998ecf8427e";
  ASSERT_TRUE(cache_.Keep(other));
  EXPECT_EQ(cache_.Find(stage_, inputs)->outs[0].md5, other.outs[0].md5);
  inputs.params[0].second[0].second = Json(0.02);
  EXPECT_FALSE(cache_.Find(stage_, inputs));
}

TEST_F(RunCacheTest, TheEnvironmentIsPartOfWhatIsTheSame) {
  LockedStage done = entry_;
  done.environment = {{"uv.lock", "d41d8cd98f00b204e9800998ecf8427e"}};
  ASSERT_TRUE(cache_.Keep(done));
  LockedStage inputs = done;
  inputs.outs.clear();
  ASSERT_TRUE(cache_.Find(stage_, inputs));
  EXPECT_EQ(cache_.Find(stage_, inputs)->environment, done.environment);
  inputs.environment[0].second = "b1946ac92492d2347c6235b4d2611184";
  EXPECT_FALSE(cache_.Find(stage_, inputs));
  inputs.environment.clear();
  EXPECT_FALSE(cache_.Find(stage_, inputs));
}

TEST_F(RunCacheTest, ADamagedEntryIsTakenAway) {
  ASSERT_TRUE(cache_.Keep(entry_));
  const std::string file = folder_ / Files().front();
  LockedStage inputs = entry_;
  inputs.outs.clear();
  for (const std::string text : {"", "cmd: [", "cmd: another\n"}) {
    ASSERT_TRUE(os::WriteFileAtomically(file, text));
    EXPECT_FALSE(cache_.Find(stage_, inputs));
    EXPECT_FALSE(os::Exists(file));
  }
  ASSERT_TRUE(cache_.Keep(entry_));
  EXPECT_TRUE(cache_.Find(stage_, inputs));
}

TEST_F(RunCacheTest, KeepsWhatDvcKeeps) {
  EXPECT_TRUE(RunCache::Keeps(stage_));
  Stage frozen = stage_, always = stage_, persistent = stage_, far = stage_, near = stage_, alone = stage_,
        outless = stage_;
  frozen.frozen = always.always_changed = persistent.outs[0].persist = true;
  far.outside = {"s3://bucket/a"};
  near.outside = {"/data/a"};
  alone.deps.clear();
  outless.outs.clear();
  for (const Stage& stage : {frozen, always, persistent, far, alone, outless})
    EXPECT_FALSE(RunCache::Keeps(stage));
  EXPECT_TRUE(RunCache::Keeps(near));
}

}  // namespace
}  // namespace cairn::pipeline
