#include "loop/scorecard/risks.h"

#include <gtest/gtest.h>

#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::kDay;
using testing::Story;

constexpr const char* kRest = R"(project: p
gates: {rules: [{name: fast, latency_p99_ms: 5}]}
monitors: [{name: quality, quality: log_loss}]
)";

Result<Oversight> Read(const std::string& section) {
  return ParseOversight(*ParseYaml(std::string(kRest) + "governance:\n  " + section + "\n", "cairn.yaml"));
}
Result<Oversight> WithRisk(const std::string& rest) {
  return Read("risks: [{risk: r, kind: legal, likelihood: high, impact: medium, owner: ada" + rest + "}]");
}

void ExpectRefused(const Result<Oversight>& read, const std::string& words) {
  ASSERT_FALSE(read) << words;
  EXPECT_EQ(read.error().reason, Reason::InvalidArgument);
  EXPECT_TRUE(read.error().message.starts_with("cairn.yaml:")) << read.error().message;
  EXPECT_NE(read.error().message.find(words), std::string::npos) << read.error().message;
}

TEST(OversightTest, WhatCannotBeMeantIsRefusedWithItsPlace) {
  ExpectRefused(Read("domian: credit"), "domian");
  ExpectRefused(Read("business_risk: huge"), "must be low, medium or high");
  ExpectRefused(Read("many_models: 1"), "whole number of models, from 2 on");
  ExpectRefused(Read("readiness: {learn: fast}"), "tactical");
  ExpectRefused(Read("risks: [{kind: legal}]"), "what may go wrong");
  ExpectRefused(Read("risks: [{risk: r}]"), "needs a 'kind'");
  ExpectRefused(Read("risks: [{risk: r, kind: legal}, {risk: r, kind: legal}]"), "twice");
  ExpectRefused(WithRisk(", controls: [{gate: fasst}]"), "no rule under 'gates.rules'");
  ExpectRefused(WithRisk(", controls: [{monitor: fast}]"), "no monitor");
  ExpectRefused(WithRisk(", controls: [{test: T-X1}]"), "no test of the rubric");
  ExpectRefused(WithRisk(", controls: [{prayer: daily}]"), "a control is one of");
  EXPECT_FALSE(ParseOversight(*ParseYaml(kRest, "cairn.yaml"))->written);
}

class RisksTest : public ::testing::Test {
 protected:
  RiskStanding Standing(const Story& story, const std::string& rest, TimeMs after = kDay) {
    oversight_ = *WithRisk(rest);
    history_ = std::make_unique<History>(story.Told());
    const Node configuration = *ParseYaml(kRest, "cairn.yaml");
    const auto score = Judge(*history_, &configuration, Story::kBegin + after);
    return RisksOf(oversight_, *history_, *score, 30 * kDay, Story::kBegin + after).front();
  }

  Oversight oversight_;
  std::unique_ptr<History> history_;
};

Story& Gate(Story& story, double hour, bool passed) {
  return story.At(hour, "governance.decision_proposed",
                  Json{{"rules", Json::Array({Json{{"name", "fast"}, {"passed", passed}}})}});
}

TEST_F(RisksTest, ARiskIsInHandWhileEachOfItsControlsPassedAndRecently) {
  const std::string controls = ", controls: [{gate: fast}, {monitor: quality}, {stage: attack}]";
  Story story;
  EXPECT_EQ(Standing(story, controls).why, "The gate 'fast' has said nothing yet.");
  Gate(story, 1, true).Window(2, 1, false).Stage(3, "1", "attack", "schedule");
  EXPECT_EQ(Standing(story, controls).state, RiskStanding::State::Controlled);
  EXPECT_EQ(Standing(story, controls).Weight(), 6);
  EXPECT_EQ(Standing(story, controls, 40 * kDay).state, RiskStanding::State::Open) << "too long ago";
  story.Window(4, 1, true);
  const RiskStanding breached = Standing(story, controls);
  EXPECT_EQ(breached.state, RiskStanding::State::Open);
  EXPECT_EQ(breached.why, "The monitor 'quality' did not pass on 2013-01-01.");
  EXPECT_EQ(breached.controls[1].evidence->event.kind, "monitoring.window_closed");
  EXPECT_TRUE(breached.controls[0].Holds());
}

TEST_F(RisksTest, ATestOfTheRubricControlsWhenItHasPointsAndPasses) {
  Story story;
  EXPECT_EQ(Standing(story, ", controls: [{test: T-O7}]").state, RiskStanding::State::Open);
  story.Window(1, 1, false).Window(2, 1, false);
  EXPECT_EQ(Standing(story, ", controls: [{test: T-O7}]").state, RiskStanding::State::Controlled);
  story.Window(3, 1, true);
  EXPECT_EQ(Standing(story, ", controls: [{test: T-O7}]").state, RiskStanding::State::Open);
}

TEST_F(RisksTest, WhatIsBorneHasAReasonAndWhatNobodyOwnsIsOpen) {
  EXPECT_EQ(Standing(Story(), "").why, "Nothing controls it, and nobody has said why it is borne.");
  EXPECT_EQ(Standing(Story(), ", accepted: internal tool").why, "Borne by ada: internal tool");
  oversight_ = *Read("risks: [{risk: r, kind: legal, likelihood: low, impact: low, accepted: x}]");
  history_ = std::make_unique<History>(Story().Told());
  const auto score = Judge(*history_, nullptr, Story::kBegin);
  const auto risks = RisksOf(oversight_, *history_, *score, kDay, Story::kBegin);
  EXPECT_EQ(risks.front().why, "Nobody answers for it: it has no 'owner'.");
  const Json json = ToJson(risks);
  EXPECT_EQ(json.Int("open"), 1);
  EXPECT_EQ(json.At("unjudged").items().size(), 6u);
}

}  // namespace
}  // namespace cairn::scorecard
