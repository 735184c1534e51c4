#include "ledger/metadata/lineage.h"

#include <gtest/gtest.h>

#include "ledger/metadata/testing/test_ledger.h"

namespace cairn::metadata {
namespace {

using testing::Must;
using testing::TestLedger;

class LineageTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::string Say(std::string kind, std::string subject, Lineage lineage) {
    Event event{std::move(kind), std::move(subject), "ada", "", Json::Object()};
    event.lineage = std::move(lineage);
    ledger_.clock().Advance(1);
    return ledger_.Append(event);
  }
  std::vector<std::string> Reached(const std::string& thing, Direction direction) {
    std::vector<std::string> things;
    for (const auto& step : Must(WalkLineage(ledger_.database(), {thing}, direction)).steps)
      things.push_back(step.thing);
    return things;
  }
  /// A data set's folder goes into a stage, the stage's file into a version, the version into a decision.
  void TellStory() {
    Say("data.version_added", "dataset:flights@1", {"", {}, {{"md5:aa.dir", "data/flights"}}});
    Say("pipeline.stage_ended", "pipeline_run:r",
        {"stage:r/train",
         {{"md5:aa.dir", "data/flights"}, {"md5:cc", "train.py"}},
         {{"md5:bb", "model.onnx"}}});
    Say("registry.version_added", "model:delay/1", {"", {{"md5:bb", "model.onnx"}}, {}});
    Say("governance.decision_proposed", "decision:d", {"", {{"model:delay/1", ""}}, {}});
  }

  TestLedger ledger_{GetParam()};
};

TEST_P(LineageTest, BothWaysAreWalkedFromAnyThing) {
  TellStory();
  EXPECT_EQ(
      Reached("dataset:flights@1", Direction::Downstream),
      (std::vector<std::string>{"md5:aa.dir", "stage:r/train", "md5:bb", "model:delay/1", "decision:d"}));
  EXPECT_EQ(Reached("decision:d", Direction::Upstream),
            (std::vector<std::string>{"model:delay/1", "md5:bb", "stage:r/train", "md5:aa.dir", "md5:cc",
                                      "dataset:flights@1"}));
  EXPECT_TRUE(Reached("dataset:flights@1", Direction::Upstream).empty());
  EXPECT_TRUE(Reached("dataset:unknown@1", Direction::Downstream).empty());
}

TEST_P(LineageTest, EachStepCitesTheEventThatSaysSo) {
  TellStory();
  const auto walk = Must(WalkLineage(ledger_.database(), {"md5:bb"}, Direction::Upstream));
  const auto& step = walk.steps.front();
  EXPECT_EQ(step.thing, "stage:r/train");
  EXPECT_EQ(step.via, "md5:bb");
  EXPECT_EQ(step.label, "model.onnx");
  EXPECT_EQ(step.kind, "pipeline.stage_ended");
  EXPECT_EQ(step.actor, "ada");
  EXPECT_EQ(step.depth, 1);
  const auto event = Must(Log(ledger_.database()).Find(step.event));
  EXPECT_EQ(event.at, step.at);
  EXPECT_EQ(event.event.body.At("lineage").Text("of"), "stage:r/train");
}

TEST_P(LineageTest, AFileIsFollowedByAllItsNames) {
  Say("pipeline.stage_ended", "stage:r/train", {"", {}, {{"md5:bb", "model.onnx"}}});
  Say("registry.version_added", "model:delay/1",
      {"", {{"sha256:cc", "model.onnx"}, {"md5:bb", "model.onnx"}}, {}});
  const std::vector<std::string> file = {"sha256:cc", "md5:bb"};
  const auto up = Must(WalkLineage(ledger_.database(), file, Direction::Upstream));
  ASSERT_EQ(up.steps.size(), 1U);
  EXPECT_EQ(up.steps.front().thing, "stage:r/train");
  EXPECT_EQ(up.steps.front().via, "md5:bb");
  const auto down = Must(WalkLineage(ledger_.database(), file, Direction::Downstream));
  ASSERT_EQ(down.steps.size(), 1U);
  EXPECT_EQ(down.steps.front().thing, "model:delay/1");
}

TEST_P(LineageTest, AWalkEndsWhereThingsGoRoundAndAtItsLimit) {
  Say("x.one", "a", {"", {{"b", ""}}, {{"b", ""}}});
  Say("x.two", "b", {"", {{"a", ""}}, {{"c", ""}}});
  EXPECT_EQ(Reached("a", Direction::Downstream), (std::vector<std::string>{"b", "c"}));
  const auto cut = Must(WalkLineage(ledger_.database(), {"a"}, Direction::Downstream, 1));
  EXPECT_EQ(cut.steps.size(), 1U);
  EXPECT_FALSE(cut.complete);
}

TEST_P(LineageTest, TheTableIsWhatTheEventsSay) {
  TellStory();
  ledger_.Append({"run.ended", "run:1", "ada", "", Json{{"lineage", 3}}});
  ledger_.Seal();
  const auto table = LineageTable(ledger_.database());
  EXPECT_EQ(Must(table.stored()).items().size(), 6U);
  EXPECT_EQ(Must(table.stored()), Must(table.recomputed()));
  EXPECT_TRUE(ledger_.Verify().Bool("sound"));
  ledger_.Run("DELETE FROM lineage_edge WHERE source = 'md5:bb'");
  EXPECT_FALSE(Must(Rebuild(std::array{table})).Bool("equal", true));
}

TEST_P(LineageTest, ADigestCutShortIsFound) {
  TellStory();
  EXPECT_EQ(Must(ThingsLike(ledger_.database(), "md5:a")), std::vector<std::string>{"md5:aa.dir"});
  EXPECT_EQ(Must(ThingsLike(ledger_.database(), "md5:")),
            (std::vector<std::string>{"md5:aa.dir", "md5:bb", "md5:cc"}));
  EXPECT_TRUE(Must(ThingsLike(ledger_.database(), "sha256:")).empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, LineageTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::metadata
