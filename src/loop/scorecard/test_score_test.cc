#include "loop/scorecard/test_score.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "loop/scorecard/maturity.h"
#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::kDay;
using testing::Story;

constexpr const char* kConfiguration = R"(project: p
gates:
  rules:
    - {name: simple, metric: log_loss, against: heuristic}
    - {name: slices, metric: roc_auc, slice: worst, min: 0.5}
serving: {assertions: contract}
)";

class TestScoreTest : public ::testing::Test {
 protected:
  TestScore Judged(const Story& story, TimeMs after = kDay) {
    history_ = std::make_unique<History>(story.Told());
    return Judge(*history_, &configuration_, Story::kBegin + after);
  }
  static const ScoredTest& Find(const TestScore& score, std::string_view id) {
    return *std::find_if(score.tests.begin(), score.tests.end(),
                         [&](const ScoredTest& test) { return test.id == id; });
  }
  static Story& Proposed(Story& story, double hour, const std::string& cause) {
    const auto rule = [](const char* name) { return Json{{"name", name}, {"passed", true}}; };
    return story.At(hour, "governance.decision_proposed",
                    Json{{"decision", "d"}, {"rules", Json::Array({rule("simple"), rule("slices")})}}, cause);
  }

  Node configuration_ = *ParseYaml(kConfiguration, "cairn.yaml");
  std::unique_ptr<History> history_;
};

TEST_F(TestScoreTest, NothingOnRecordIsHonestlyZero) {
  const TestScore score = Judged(Story());
  EXPECT_EQ(score.tests.size(), 28u);
  EXPECT_EQ(score.Score(), 0);
  for (const ScoredTest& test : score.tests) {
    EXPECT_EQ(test.points, 0) << test.id;
    EXPECT_FALSE(test.sentence.empty() || test.earns.empty()) << test.id;
  }
  EXPECT_EQ(score.Band(), "a research project rather than a production system");
}

TEST_F(TestScoreTest, ByHandGivesHalfTwiceByATriggerGivesOneAndTooLongAgoNothing) {
  Story story;
  Proposed(story, 1, "d");
  EXPECT_EQ(Find(Judged(story), "T-M5").points, 0.5);
  Proposed(story.Raised(2, "a", 1), 3, "a");
  EXPECT_EQ(Find(Judged(story), "T-M5").points, 0.5);  // One of them was triggered: two are needed.
  Proposed(story, 4, "a");
  const TestScore score = Judged(story);
  EXPECT_EQ(Find(score, "T-M5").points, 1);
  EXPECT_EQ(Find(score, "T-M6").points, 1);
  EXPECT_EQ(Find(score, "T-M5").evidence.size(), 3u);
  EXPECT_EQ(Find(score, "T-M5").passing, Json(true));
  EXPECT_EQ(score.Sum("model"), 2);
  EXPECT_EQ(score.Score(), 0);  // The smallest section counts.
  EXPECT_EQ(Find(Judged(story, 40 * kDay), "T-M5").points, 0);
}

TEST_F(TestScoreTest, OneMovePastTheGatesTakesTheWholeTestAway) {
  Story story;
  story.Judged(1, 1, true).Moved(2, 1, 0);
  EXPECT_EQ(Find(Judged(story), "T-I4").points, 0.5);
  story.Raised(3, "a", 1).Judged(4, 2, true, "a").Moved(5, 2, 1).Judged(6, 3, true, "a").Moved(7, 3, 2);
  EXPECT_EQ(Find(Judged(story), "T-I4").points, 1);
  story.Judged(8, 4, false, "a").Moved(9, 4, 3);
  const TestScore score = Judged(story);
  EXPECT_EQ(Find(score, "T-I4").points, 0);
  EXPECT_EQ(Find(score, "T-I4").sentence,
            "version 4 of m went into production without passed gates before it.");
}

TEST_F(TestScoreTest, EveryPromotionButTheFirstNeedsItsCanary) {
  const auto canary = [](Story& story, double hour, int version, const std::string& cause) -> Story& {
    return story.At(hour, "rollout.canary_ended",
                    Json{{"model", "m"}, {"version", version}, {"verdict", "promote"}, {"requests", 300}},
                    cause);
  };
  Story story;
  story.Promoted(1, 1, 0);
  EXPECT_EQ(Find(Judged(story), "T-I6").points, 0);
  canary(story.Raised(2, "a", 1), 3, 2, "a").Promoted(4, 2, 1, "a");
  EXPECT_EQ(Find(Judged(story), "T-I6").points, 0.5);
  canary(story, 5, 3, "a").Promoted(6, 3, 2, "a");
  EXPECT_EQ(Find(Judged(story), "T-I6").points, 1);
  story.Promoted(7, 4, 3);
  EXPECT_EQ(Find(Judged(story), "T-I6").points, 0);
}

TEST_F(TestScoreTest, MonitorsThatRunByThemselvesEarnTheirTestsWhateverTheyFind) {
  Story story;
  story.Window(1, 1, false).Window(2, 1, true).Window(3, 1, false, "drift");
  const TestScore score = Judged(story);
  EXPECT_EQ(Find(score, "T-O7").points, 1);
  EXPECT_EQ(Find(score, "T-O7").passing, Json(false));
  EXPECT_EQ(Find(score, "T-O2").points, 0.5);
  const Json json = score.ToJson();
  EXPECT_EQ(json.At("items").items().size(), 28u);
  EXPECT_EQ(json.At("items").items().back().At("evidence").items().at(0).Text("event"), "e0");
}

TEST_F(TestScoreTest, TheSchemaCountsOnlyWhenServingUsesItToo) {
  Story story;
  story.At(1, "data.contract_checked", Json{{"passed", true}});
  EXPECT_EQ(Find(Judged(story), "T-D1").points, 0);
  story.At(2, "serving.loaded", Json{{"model", "m"}, {"version", 1}});
  EXPECT_EQ(Find(Judged(story), "T-D1").points, 0.5);
  story.At(3, "data.contract_checked", Json{{"passed", true}, {"contract", "c1"}})
      .At(4, "serving.loaded", Json{{"model", "m"}, {"version", 1}, {"contract", "c1"}});
  EXPECT_EQ(Find(Judged(story), "T-D1").points, 0.5);
  story.At(5, "data.contract_checked", Json{{"passed", true}, {"contract", "c2"}});
  EXPECT_EQ(Find(Judged(story), "T-D1").points, 0)
      << "data and requests are held against different contracts";
  story.At(6, "serving.loaded", Json{{"model", "m"}, {"version", 1}, {"contract", "c2"}});
  EXPECT_EQ(Find(Judged(story), "T-D1").points, 0.5);
  configuration_ = *ParseYaml("project: p\nserving: {assertions: none}\n", "cairn.yaml");
  EXPECT_EQ(Find(Judged(story), "T-D1").points, 0);
}

TEST(MaturityTest, ALevelNeedsAllOfItsRecords) {
  Story story;
  EXPECT_EQ(MaturityOf(story.Told()).level, 0);
  story.At(0, "data.contract_checked", Json{{"passed", true}})
      .At(0, "run.ended", Json::Object())
      .Window(1, 1, true)
      .Raised(1, "a", 1);
  story.RunStarted(2, "1", "alert", "a").RunEnded(3, "1", "a").Judged(4, 2, true, "a");
  const Maturity before = MaturityOf(story.Told());
  EXPECT_EQ(before.level, 0);
  ASSERT_EQ(before.MissingForNext().size(), 1u);
  EXPECT_EQ(before.MissingForNext()[0], "No version that a trigger brought has reached production.");
  const History history = story.Promoted(5, 2, 1, "a").Told();
  const Maturity after = MaturityOf(history);
  EXPECT_EQ(after.level, 1);
  EXPECT_EQ(after.MissingForNext().size(), 4u);
  EXPECT_EQ(after.ToJson().Text("name"), "ML pipeline automation");
  story.At(6, "pipeline.run_started",
           Json{{"run", "2"}, {"trigger", Json{{"on", "alert"}}}, {"git", Json{{"commit", "c0ffee"}}}}, "a");
  EXPECT_EQ(MaturityOf(story.Told()).MissingForNext().size(), 3u) << "a run names its commit";
}

TEST(MaturityTest, ARunThatAPersonStartedIsNoContinuousTraining) {
  Story story;
  story.RunStarted(2, "1", "demand").RunEnded(3, "1");
  const History history = story.Told();
  EXPECT_FALSE(MaturityOf(history).needs.front().met);
}

}  // namespace
}  // namespace cairn::scorecard
