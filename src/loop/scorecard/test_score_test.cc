#include "loop/scorecard/test_score.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "loop/scorecard/maturity.h"
#include "loop/scorecard/rubric/rubric.h"
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

/// A configuration with a stage "check" bound to every test that a stage can do.
std::string WithChecks() {
  std::string checks;
  for (const Entry& entry : Rubric()) {
    if (entry.by != By::Program) checks += "    - {test: " + std::string(entry.id) + ", stage: check}\n";
  }
  return std::string(kConfiguration) + "scorecard:\n  checks:\n" + checks;
}

Story& Proposed(Story& story, double hour, const std::string& decision, const std::string& cause) {
  const auto rule = [](const char* name) { return Json{{"name", name}, {"passed", true}}; };
  return story.At(hour, "governance.decision_proposed",
                  Json{{"decision", decision}, {"rules", Json::Array({rule("simple"), rule("slices")})}},
                  cause);
}
Story& Approved(Story& story, double hour, const std::string& decision, const std::string& principal) {
  return story.At(hour, "governance.decision_approved",
                  Json{{"decision", decision}, {"principal", principal}, {"complete", true}});
}
Story& Canary(Story& story, double hour, int version, const std::string& cause) {
  return story.At(hour, "rollout.canary_ended",
                  Json{{"model", "m"}, {"version", version}, {"verdict", "promote"}, {"requests", 300}},
                  cause);
}

/// A return to the predecessor, asked for in a run's stage or, with "", by somebody.
Story& Returned(Story& story, double hour, const std::string& run, const std::string& cause) {
  Json body{{"model", "m"}, {"from", 2}, {"to", 1}, {"reason", "worse"}};
  if (!run.empty()) body.Set("pipeline_run", run);
  return story.At(hour, "rollout.rolled_back", std::move(body), cause);
}

class TestScoreTest : public ::testing::Test {
 protected:
  TestScore Judged(const Story& story, TimeMs after = kDay) {
    history_ = std::make_unique<History>(story.Told());
    auto score = Judge(*history_, &configuration_, Story::kBegin + after);
    EXPECT_TRUE(score);
    return *std::move(score);
  }
  ScoredTest Scored(const Story& story, std::string_view id, TimeMs after = kDay) {
    return *Judged(story, after).Find(id);
  }
  void Configure(const std::string& text) { configuration_ = *ParseYaml(text, "cairn.yaml"); }

  Node configuration_ = *ParseYaml(kConfiguration, "cairn.yaml");
  std::unique_ptr<History> history_;
};

/// What each test looks like when nobody's hand does it, twice.
void DoneBySystem(std::string_view id, Story& story) {
  if (id == "T-D1") {
    story.RunStarted(1, "7", "data").At(1, "serving.loaded", Json{{"model", "m"}, {"version", 1}});
    for (const int hour : {2, 3}) story.At(hour, "data.contract_checked", Json{{"passed", true}}, "7");
  } else if (id == "T-M2") {
    for (const int version : {1, 2, 3, 4}) {
      story.At(version, "rollout.examined",
               Json{{"model", "m"}, {"version", version}, {"metric", "log_loss"}, {"value", 0.1 * version}});
      story.Promoted(version, version, version - 1).Window(version, version, false, "quality", 0.2 * version);
    }
  } else if (id == "T-M5" || id == "T-M6") {
    story.Raised(1, "a", 1);
    Proposed(Proposed(story, 2, "d1", "a"), 3, "d2", "a");
  } else if (id == "T-I4") {
    story.Raised(1, "a", 1).Judged(2, 1, true, "a").Moved(3, 1, 0).Judged(4, 2, true, "a").Moved(5, 2, 1);
  } else if (id == "T-I6") {
    Canary(Canary(story.Raised(1, "a", 1), 2, 2, "a").Promoted(3, 2, 1), 4, 3, "a").Promoted(5, 3, 2);
  } else if (id == "T-I7") {
    for (const int hour : {2, 3})
      Returned(story.RunStarted(hour, std::to_string(hour), "schedule"), hour, std::to_string(hour), "");
  } else if (id == "T-O2" || id == "T-O7") {
    const std::string kind = id == "T-O2" ? "drift" : "quality";
    story.Window(1, 1, false, kind).Window(2, 1, false, kind);
  } else {
    story.Stage(1, "1", "check", "schedule").Stage(2, "2", "check", "schedule");
  }
}

TEST_F(TestScoreTest, EachTestGivesNothingHalfOneAndNothingAgain) {
  Configure(WithChecks());
  for (const Entry& entry : Rubric()) {
    SCOPED_TRACE(entry.id);
    const ScoredTest none = Scored(Story(), entry.id);
    EXPECT_EQ(none.points, 0);
    EXPECT_FALSE(none.sentence.empty() || none.earns.empty());

    Story manual;
    manual.ByHand(1, std::string(entry.id), "r").Acknowledged(2, "r");
    const ScoredTest by_hand = Scored(manual, entry.id);
    EXPECT_EQ(by_hand.points, 0.5) << by_hand.sentence;
    EXPECT_EQ(by_hand.evidence.size(), 2u);

    Story automatic;
    DoneBySystem(entry.id, automatic);
    const ScoredTest by_system = Scored(automatic, entry.id);
    EXPECT_EQ(by_system.points, 1) << by_system.sentence;
    EXPECT_EQ(by_system.passing, Json(true));
    EXPECT_GE(by_system.evidence.size(), 2u);

    const ScoredTest stale = Scored(automatic, entry.id, 40 * kDay);
    EXPECT_EQ(stale.points, 0) << stale.sentence;
    EXPECT_NE(stale.sentence.find("longer ago than the cadence of 30.0 days"), std::string::npos)
        << stale.sentence;
    EXPECT_EQ(Scored(manual, entry.id, 40 * kDay).points, 0);
  }
}

TEST_F(TestScoreTest, NothingOnRecordIsHonestlyZero) {
  const TestScore score = Judged(Story());
  EXPECT_EQ(score.tests.size(), 28u);
  EXPECT_EQ(score.Score(), 0);
  for (const ScoredTest& test : score.tests) {
    EXPECT_EQ(test.points, 0) << test.id;
    EXPECT_EQ(EntryOf(test.id)->by == By::Program, test.lacks.empty())
        << test.id << ": what the program does not do itself yet is named";
  }
  EXPECT_EQ(score.Band(), "a research project rather than a production system");
}

TEST_F(TestScoreTest, TheScoreIsTheLeastOfTheFourSections) {
  Story story;
  for (const Entry& entry : Rubric()) {
    const std::string id(entry.id);
    if (id != "T-M3" && id != "T-M4") story.ByHand(1, id, "r" + id).Acknowledged(2, "r" + id);
  }
  DoneBySystem("T-O7", story);
  const TestScore score = Judged(story);
  EXPECT_EQ(score.Sum("data"), 3.5);
  EXPECT_EQ(score.Sum("model"), 2.5);
  EXPECT_EQ(score.Sum("infrastructure"), 3.5);
  EXPECT_EQ(score.Sum("monitoring"), 4);
  EXPECT_EQ(score.Score(), 2.5);
  EXPECT_EQ(score.Band(), "reasonably tested");
}

TEST_F(TestScoreTest, AHandCountsOnlyWhenAnotherHasAcknowledgedIt) {
  Story story;
  story.ByHand(1, "T-D2", "r");
  EXPECT_EQ(Scored(story, "T-D2").sentence,
            "Done by hand by ada on 2013-01-01; nobody else has acknowledged it.");
  story.Acknowledged(2, "r", "ada");
  EXPECT_EQ(Scored(story, "T-D2").points, 0) << "one's own word";
  story.Acknowledged(3, "r");
  EXPECT_EQ(Scored(story, "T-D2").sentence, "Done by hand by ada on 2013-01-01, acknowledged by grace.");
}

TEST_F(TestScoreTest, AGatesFindingThatAnApproverSignedIsAHandsWork) {
  Story story;
  Proposed(story, 1, "d", "d");
  EXPECT_EQ(Scored(story, "T-M5").points, 0);
  Approved(story, 2, "d", "policy");
  EXPECT_EQ(Scored(story, "T-M5").points, 0) << "a policy is nobody";
  Approved(story, 3, "d", "grace");
  EXPECT_EQ(Scored(story, "T-M5").points, 0.5);
  Proposed(story.Raised(4, "a", 1), 5, "e", "a");
  EXPECT_EQ(Scored(story, "T-M5").points, 0.5) << "once without a hand is not twice";
  Proposed(story, 6, "f", "a");
  EXPECT_EQ(Scored(story, "T-M5").points, 1);
  Configure("project: p\n");
  EXPECT_EQ(Scored(story, "T-M5").points, 0) << "no gate does it any more";
}

TEST_F(TestScoreTest, GapsBetweenGroupsAreJudgedByGatesOrSearchedForByAStage) {
  const std::string gates = R"(project: p
gates:
  rules:
    - {name: equal chances, gap: equal_opportunity_difference, by: sex, max: 0.1}
)";
  Configure(gates);
  const auto proposed = [](Story& story, double hour, bool passed) -> Story& {
    return story.At(hour, "governance.decision_proposed",
                    Json{{"decision", "d"},
                         {"rules", Json::Array({Json{{"name", "equal chances"}, {"passed", passed}}})}},
                    "a");
  };
  Story story;
  proposed(proposed(story.Raised(1, "a", 1), 2, true), 3, false);
  EXPECT_EQ(Scored(story, "T-M7").points, 1);
  EXPECT_EQ(Scored(story, "T-M7").passing, Json(false));
  Configure(gates + "scorecard: {checks: [{test: T-M7, stage: proxies}]}\n");
  story.Stage(4, "1", "proxies", "schedule");
  EXPECT_EQ(Scored(story, "T-M7").passing, Json(true)) << "the newest of both";
  EXPECT_EQ(Scored(story, "T-M7").evidence.size(), 3u);
  Configure("project: p\n");
  EXPECT_EQ(Scored(story, "T-M7").points, 0);
}

TEST_F(TestScoreTest, EvaluationsBySliceAreCitedAndCountAsWorkByHand) {
  const auto made = [](double hour, int slices, int worse) {
    return Story().At(hour, "evaluation.made",
                      Json{{"model", "m"}, {"slices_judged", slices}, {"slices_worse", worse}});
  };
  EXPECT_EQ(Scored(made(1, 0, 0), "T-M6").evidence.size(), 0u);
  const ScoredTest test = Scored(made(1, 4, 1), "T-M6");
  EXPECT_EQ(test.points, 0);
  EXPECT_EQ(test.evidence.size(), 1u);
  EXPECT_EQ(test.passing, Json(false));
  EXPECT_TRUE(test.sentence.starts_with("On record once by hand")) << test.sentence;
}

TEST_F(TestScoreTest, OneRunWithoutAHandIsNotTwoAndAFailingTestStillCounts) {
  Configure(WithChecks());
  Story story;
  story.Stage(1, "1", "check", "schedule");
  EXPECT_EQ(Scored(story, "T-D2").points, 0);
  EXPECT_EQ(Scored(story, "T-D2").sentence,
            "It was done without a hand once; what a system repeats was done twice at least.");
  story.Stage(2, "2", "check", "demand");
  EXPECT_EQ(Scored(story, "T-D2").points, 0) << "a person began the second";
  story.Stage(3, "3", "check", "schedule", 1);
  EXPECT_EQ(Scored(story, "T-D2").points, 1);
  EXPECT_EQ(Scored(story, "T-D2").passing, Json(false));
}

TEST_F(TestScoreTest, TestsOfCodeMustHaveRunOnTheCommitThatWasShipped) {
  Configure(WithChecks());
  Story story;
  story.Stage(1, "1", "check", "training_code").Stage(2, "2", "check", "training_code");
  story.At(3, "registry.version_added", Json{{"model", "m"}, {"version", 1}, {"pipeline_run", "2"}});
  story.Promoted(4, 1, 0);
  EXPECT_EQ(Scored(story, "T-D7").points, 1);
  story.At(5, "pipeline.run_started",
           Json{{"run", "3"}, {"trigger", Json{{"on", "demand"}}}, {"git", Json{{"commit", "badc0de"}}}});
  story.At(6, "registry.version_added", Json{{"model", "m"}, {"version", 2}, {"pipeline_run", "3"}});
  story.Promoted(7, 2, 1);
  EXPECT_EQ(Scored(story, "T-D7").points, 0);
  EXPECT_EQ(Scored(story, "T-D7").sentence,
            "Production was made from commit badc0de, on which these tests have not run.");
  EXPECT_EQ(Scored(story, "T-D2").points, 1) << "it is no test of code";
}

TEST_F(TestScoreTest, AStageThatLeavesNothingBehindShowsNothing) {
  Configure(WithChecks());
  Story story;
  for (const char* run : {"1", "2"}) {
    story.RunStarted(1, run, "schedule")
        .At(1, "pipeline.stage_ended", Json{{"run", run}, {"stage", "check"}, {"exit", 0}});
  }
  EXPECT_EQ(Scored(story, "T-O5").points, 0);
}

TEST_F(TestScoreTest, OneMovePastTheGatesTakesTheWholeTestAway) {
  Story story;
  story.Raised(1, "a", 1).Judged(2, 1, true, "a").Moved(3, 1, 0).Judged(4, 2, true, "a").Moved(5, 2, 1);
  EXPECT_EQ(Scored(story, "T-I4").points, 1);
  story.Judged(8, 4, false, "a").Moved(9, 4, 3).ByHand(10, "T-I4", "r").Acknowledged(11, "r");
  const ScoredTest test = Scored(story, "T-I4");
  EXPECT_EQ(test.points, 0) << "no word of people makes up for it";
  EXPECT_EQ(test.sentence, "version 4 of m went into production without passed gates before it.");
}

TEST_F(TestScoreTest, OneMoveThatNoDecisionAllowedTakesTheWholeTestAway) {
  Story story;
  story.Raised(1, "a", 1).Judged(2, 1, true, "a").Moved(3, 1, 0).Judged(4, 2, true, "a").Moved(5, 2, 1);
  for (const char* decision : {"", "made-up"}) {
    Story moved = story;
    moved.At(6, "registry.alias_moved",
             Json{{"model", "m"}, {"alias", "production"}, {"version", "1"}, {"decision", decision}});
    const ScoredTest test = Scored(moved.Moved(7, 2, 1), "T-I4");
    EXPECT_EQ(test.points, 0);
    EXPECT_EQ(test.sentence.find("version 1 of m went into production without a decision that was carried "
                                 "out: event "),
              0u)
        << test.sentence;
  }
}

TEST_F(TestScoreTest, EveryPromotionButTheFirstNeedsItsCanary) {
  Story story;
  Canary(story.Promoted(1, 1, 0).Raised(2, "a", 1), 3, 2, "a").Promoted(4, 2, 1, "a");
  Canary(story, 5, 3, "a").Promoted(6, 3, 2, "a");
  EXPECT_EQ(Scored(story, "T-I6").points, 1);
  story.Promoted(7, 4, 3);
  EXPECT_EQ(Scored(story, "T-I6").points, 0);
}

TEST_F(TestScoreTest, WhoTakesATriggeredVersionBackByHandShowsNoSystem) {
  Story story;
  story.Raised(1, "a", 2);
  Returned(Returned(story, 2, "", "a"), 3, "", "a");
  EXPECT_EQ(Scored(story, "T-I7").points, 0);
  EXPECT_TRUE(Scored(story, "T-I7").sentence.starts_with("On record 2 times by hand"));
  story.RunStarted(4, "by hand", "demand").RunStarted(4, "drill", "schedule");
  Returned(Returned(story, 5, "by hand", "a"), 6, "drill", "a");
  EXPECT_EQ(Scored(story, "T-I7").points, 0) << "once without a hand is not twice";
  Returned(story, 7, "drill", "a");
  EXPECT_EQ(Scored(story, "T-I7").points, 1);
}

TEST_F(TestScoreTest, ASearchOverParametersByHandIsCitedAndEarnsNothingByItself) {
  Story story;
  EXPECT_TRUE(Scored(story, "T-M3").sentence.find("sweeps that a trigger begins") != std::string::npos);
  story.At(1, "sweep.queued", Json{{"sweep", "s"}, {"trials", 9}}, "s");
  EXPECT_EQ(Scored(story, "T-M3").points, 0);
  EXPECT_EQ(Scored(story, "T-M3").evidence.size(), 1u);
  EXPECT_TRUE(Scored(story, "T-M3").sentence.starts_with("On record once by hand"));
}

TEST_F(TestScoreTest, MonitorsThatRunByThemselvesEarnTheirTestsWhateverTheyFind) {
  Story story;
  story.Window(1, 1, false).Window(2, 1, true).Window(3, 1, false, "drift");
  const TestScore score = Judged(story);
  EXPECT_EQ(score.Find("T-O7")->points, 1);
  EXPECT_EQ(score.Find("T-O7")->passing, Json(false));
  EXPECT_EQ(score.Find("T-O2")->points, 0);
  const Json json = score.ToJson();
  EXPECT_EQ(json.At("items").items().size(), 28u);
  const Json& cited = json.At("items").items().back().At("evidence").items().at(0);
  EXPECT_EQ(cited.Text("event"), "e0");
  EXPECT_TRUE(cited.Bool("automatic"));
}

TEST_F(TestScoreTest, TheSchemaCountsOnlyWhenServingUsesItToo) {
  Story story;
  story.RunStarted(1, "7", "data");
  const auto checked = [&](double hour, const char* contract) {
    story.At(hour, "data.contract_checked", Json{{"passed", true}, {"contract", contract}}, "7");
  };
  checked(1, "c1"), checked(2, "c1");
  EXPECT_EQ(Scored(story, "T-D1").points, 0) << "nothing serves";
  story.At(3, "serving.loaded", Json{{"model", "m"}, {"version", 1}, {"contract", "c1"}});
  EXPECT_EQ(Scored(story, "T-D1").points, 1);
  checked(4, "c2");
  EXPECT_EQ(Scored(story, "T-D1").points, 0) << "data and requests are held against different contracts";
  story.At(5, "serving.loaded", Json{{"model", "m"}, {"version", 1}, {"contract", "c2"}});
  EXPECT_EQ(Scored(story, "T-D1").points, 1);
  Configure("project: p\nserving: {assertions: none}\n");
  EXPECT_EQ(Scored(story, "T-D1").points, 0);
}

TEST_F(TestScoreTest, OfflineFiguresThatLiveOnesContradictAreFoundOut) {
  Story story;
  for (const int version : {1, 2, 3}) {
    story.At(version, "rollout.examined",
             Json{{"model", "m"}, {"version", version}, {"metric", "log_loss"}, {"value", 0.1 * version}});
    story.Promoted(version, version, version - 1).Window(version, version, false, "quality", 1.0 - version);
  }
  EXPECT_EQ(Scored(story, "T-M2").points, 0);
  EXPECT_EQ(Scored(story, "T-M2").sentence,
            "3 versions have both a figure on the sealed rows and one on live traffic; 4 are needed to "
            "correlate them.");
  story.At(4, "rollout.examined",
           Json{{"model", "m"}, {"version", 4}, {"metric", "log_loss"}, {"value", 0.9}});
  story.Promoted(4, 4, 3).Window(4, 4, false, "quality", -9.0);
  EXPECT_EQ(Scored(story, "T-M2").points, 1);
  EXPECT_EQ(Scored(story, "T-M2").passing, Json(false));
}

TEST_F(TestScoreTest, EachTestKeepsItsOwnCadence) {
  Configure(std::string(kConfiguration) + "scorecard: {cadence: 1d, cadences: {T-O7: 90d}}\n");
  Story story;
  story.Window(1, 1, false).Window(2, 1, false);
  story.Window(1, 1, false, "drift").Window(2, 1, false, "drift");
  EXPECT_EQ(Scored(story, "T-O7", 80 * kDay).points, 1);
  EXPECT_EQ(Scored(story, "T-O2", 2 * kDay).points, 0);
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
  ASSERT_EQ(after.reached.size(), 1u);
  EXPECT_EQ(after.reached[0]->event.kind, "rollout.promoted") << "the last of its needs";
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
