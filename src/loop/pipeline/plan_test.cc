#include "loop/pipeline/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/pipeline/project.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kStages = R"(stages:
  prep:
    cmd: prepare
    deps: [raw.csv, prep.py]
    outs: [clean.csv]
  train:
    cmd: train
    deps: [clean.csv]
    params: [lr, train.seed]
    outs: [model]
)";

/// A project whose two stages stand as run.
class PlanTest : public ::testing::Test {
 protected:
  PlanTest() {
    Write("dvc.yaml", kStages);
    Write("raw.csv", "1\n");
    Write("prep.py", "code\n");
    Write("params.yaml", "lr: 0.1\ntrain: {seed: 1}\n");
    Write("clean.csv", "clean\n");
    Write("model", "model\n");
    auto project = Open();
    EXPECT_TRUE(project->Claim());
    for (const Stage& stage : project->definition().stages) {
      auto inputs = project->ObserveInputs(stage);
      EXPECT_TRUE(project->Adopt(stage, *std::move(inputs)));
    }
    EXPECT_TRUE(project->Finish());
  }

  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / name, text));
  }
  std::unique_ptr<Project> Open() {
    auto project = Project::Open(folder_.path(), folder_ / ".cairn");
    EXPECT_TRUE(project) << project.error().message;
    return *std::move(project);
  }
  /// "stage/level: sentence" of all causes.
  std::vector<std::string> Causes(const Selection& selection = {}) {
    const auto project = Open();
    const auto plan = project->MakePlan(selection);
    EXPECT_TRUE(plan) << plan.error().message;
    std::vector<std::string> causes;
    for (const auto& planned : plan->stages) {
      for (const auto& cause : planned.causes)
        causes.push_back(planned.stage->name + "/" + NameOf(cause.level) + ": " + cause.sentence);
    }
    return causes;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(PlanTest, NothingChangedMeansNothingStale) { EXPECT_THAT(Causes(), IsEmpty()); }

TEST_F(PlanTest, ATouchedFileWithTheSameBytesIsNoChange) {
  Write("raw.csv", "1\n");
  Write("dvc.yaml", "# a comment\n" + std::string(kStages));
  Write("params.yaml", "# another\nlr: 0.10\ntrain: {seed: 1.0}\nunused: 3\n");
  EXPECT_THAT(Causes(), IsEmpty());
}

// Data, code and parameters in all seven mixes: exactly the levels that changed are named.
class MixTest : public PlanTest, public ::testing::WithParamInterface<int> {};

TEST_P(MixTest, NamesExactlyTheLevelsThatChanged) {
  const bool data = GetParam() & 1, code = GetParam() & 2, params = GetParam() & 4;
  std::vector<std::string> expected;
  if (data) Write("raw.csv", "2\n"), expected.push_back("prep/data: raw.csv changed");
  if (code) Write("prep.py", "other\n"), expected.push_back("prep/code: prep.py changed");
  if (params)
    Write("params.yaml", "lr: 0.2\ntrain: {seed: 1}\n"),
        expected.push_back("train/params: params.yaml: lr changed from 0.1 to 0.2");
  if (data || code) expected.push_back("train/upstream: stage 'prep' runs before it");
  EXPECT_THAT(Causes(), ::testing::ElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(Levels, MixTest, ::testing::Range(1, 8));

TEST_F(PlanTest, EachOtherCauseIsNamed) {
  Write("dvc.yaml", std::string(kStages) + "  late: {cmd: x, deps: [model]}\n");
  EXPECT_THAT(Causes(), ElementsAre("late/never: it has not run yet"));
  Write("dvc.yaml", "stages:\n  prep: {cmd: prepare --fast, deps: [raw.csv, prep.py], outs: [clean.csv]}\n");
  EXPECT_THAT(Causes(), ElementsAre("prep/command: its command changed"));
  Write("dvc.yaml", "stages:\n  prep: {cmd: prepare, deps: [raw.csv, params.yaml], outs: [clean.csv]}\n");
  EXPECT_THAT(Causes(), ElementsAre("prep/data: params.yaml is a new dependency",
                                    "prep/code: prep.py is no dependency any more"));
  Write("dvc.yaml", kStages);
  Write("model", "edited\n");
  EXPECT_THAT(Causes(), ElementsAre("train/output: model is not what the stage made"));
  ASSERT_TRUE(os::Remove(folder_ / "model"));
  EXPECT_THAT(Causes(), ElementsAre("train/output: model is missing"));
}

TEST_F(PlanTest, AnOutputThatIsBeingWrittenIsStaleAndNoError) {
  std::fstream file(folder_ / "model", std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc);
  file << std::string(64 << 20, 'x') << std::flush;
  // Another byte changes all the time, as long as the file is read.
  const std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) file.seekp(0).put('y').flush();
  });
  EXPECT_THAT(Causes(), ElementsAre("train/output: model is being written"));
}

TEST_F(PlanTest, AnObjectGoneFromTheCacheIsACause) {
  ASSERT_TRUE(os::RemoveTree(folder_ / ".dvc"));
  EXPECT_THAT(Causes(), ElementsAre("prep/output: clean.csv is not in the cache",
                                    "train/output: model is not in the cache",
                                    "train/upstream: stage 'prep' runs before it"));
}

TEST_F(PlanTest, ForceNamesOnlyWhatWasAskedFor) {
  EXPECT_THAT(Causes({.only = {"train"}, .force = true}),
              ElementsAre("train/forced: it was asked for by force"));
  EXPECT_THAT(Causes({.only = {"prep"}}), IsEmpty());
}

TEST_F(PlanTest, AReachTakesWhatIsNeededOrNothingOrWhatComesAfter) {
  const auto names = [&](Selection::Reach reach) {
    std::vector<std::string> found;
    const auto project = Open();
    const auto plan = project->MakePlan({.only = {"train"}, .reach = reach});
    EXPECT_TRUE(plan) << plan.error().message;
    for (const auto& planned : plan->stages) found.push_back(planned.stage->name);
    return found;
  };
  EXPECT_THAT(names(Selection::Reach::Upstream), ElementsAre("prep", "train"));
  EXPECT_THAT(names(Selection::Reach::Alone), ElementsAre("train"));
  EXPECT_EQ(names(Selection::Reach::Downstream).front(), "train");
  EXPECT_EQ(ReachNamed("sideways").error().reason, Reason::InvalidArgument);
}

TEST_F(PlanTest, AnUnknownStageIsNamedWithTheNearest) {
  const auto plan = Open()->MakePlan({.only = {"trian"}});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().reason, Reason::NotFound);
  EXPECT_THAT(plan.error().message, ::testing::HasSubstr("Did you mean 'train'?"));
}

TEST_F(PlanTest, AMissingParameterIsNamedBeforeAnythingRuns) {
  Write("params.yaml", "lr: 0.1\n");
  const auto project = Open();
  const auto inputs = project->ObserveInputs(*project->definition().Find("train"));
  ASSERT_FALSE(inputs);
  EXPECT_EQ(inputs.error().message,
            "stage 'train' needs the parameter 'train.seed', which params.yaml does not hold");
}

TEST_F(PlanTest, AFrozenStageIsNotMovedByItsDeps) {
  Write("dvc.yaml", std::string(kStages) + "    frozen: true\n");
  Write("raw.csv", "2\n");
  EXPECT_THAT(Causes(), ElementsAre("prep/data: raw.csv changed"));
}

TEST_F(PlanTest, AFrozenStageIsNotMovedByItsParametersEither) {
  Write("dvc.yaml", std::string(kStages) + "    frozen: true\n");
  Write("params.yaml", "lr: 0.3\ntrain: {seed: 9}\n");
  EXPECT_THAT(Causes(), IsEmpty());
}

/// A project whose stages stand as run, in an environment that is pinned.
class EnvironmentTest : public PlanTest {
 protected:
  EnvironmentTest() {
    Write("cairn.yaml", "pipeline: {environment: [uv.lock], stages: {train: {environment: [gpu.lock]}}}\n");
    Write("uv.lock", "one\n");
    Write("gpu.lock", "one\n");
    auto project = Open();
    EXPECT_TRUE(project->Claim());
    for (const Stage& stage : project->definition().stages) {
      auto inputs = project->ObserveInputs(stage);
      EXPECT_TRUE(project->Adopt(stage, *std::move(inputs)));
    }
    EXPECT_TRUE(project->Finish());
  }
};

TEST_F(EnvironmentTest, AStageIsStaleWhenWhatPinsItsEnvironmentChanged) {
  EXPECT_THAT(Causes(), IsEmpty());
  Write("gpu.lock", "two\n");
  EXPECT_THAT(Causes(), ElementsAre("train/environment: gpu.lock, which pins its environment, changed"));
  Write("gpu.lock", "one\n");
  EXPECT_THAT(Causes(), IsEmpty()) << "content decides";
  ASSERT_TRUE(os::Remove(folder_ / "gpu.lock"));
  EXPECT_THAT(Causes(), ElementsAre("train/environment: gpu.lock, which pins its environment, is missing"));
}

TEST_F(EnvironmentTest, AStageIsStaleWhenOtherFilesPinItsEnvironment) {
  Write("cairn.yaml", "pipeline: {environment: [new.lock]}\n");
  Write("new.lock", "one\n");
  EXPECT_THAT(Causes(), ElementsAre("prep/environment: new.lock pins its environment now",
                                    "prep/environment: uv.lock pins its environment no more",
                                    "train/environment: new.lock pins its environment now",
                                    "train/environment: uv.lock pins its environment no more",
                                    "train/environment: gpu.lock pins its environment no more",
                                    "train/upstream: stage 'prep' runs before it"));
}

}  // namespace
}  // namespace cairn::pipeline
