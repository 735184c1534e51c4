#include "loop/scorecard/delivery.h"

#include <gtest/gtest.h>

#include <array>

#include "ground/sql/testing/engines.h"
#include "ledger/metadata/schema.h"
#include "loop/scorecard/stations.h"
#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::kDay;
using testing::kHour;
using testing::Story;

/// Three promotions in ten days: the first by hand; the second after an alert about decay; the third is
/// rolled back.
Story KnownStory() {
  Story story;
  story.RunStarted(0, "1", "demand").Registered(0.5, 1).RunEnded(1, "1").Promoted(4, 1, 0);
  story.Window(24, 1, false).Raised(48, "a1", 1);
  story.RunStarted(48.5, "2", "alert", "a1")
      .Registered(49, 2, "a1")
      .RunEnded(49.5, "2", "a1")
      .Promoted(50, 2, 1, "a1")
      .Window(60, 2, false)
      .Closed(60, "a1");
  story.RunStarted(70, "3", "demand")
      .Registered(71, 3)
      .RunEnded(72, "3")
      .Promoted(82, 3, 2)
      .Raised(83, "a2", 3);
  story
      .At(84, "rollout.rolled_back", Json{{"model", "m"}, {"from", 3}, {"to", 2}, {"reason", "worse"}},
          "the promotion's own story")
      .Closed(86, "a2");
  return story;
}

TEST(DeliveryTest, AKnownStoryGivesExactlyItsFigures) {
  const History history = KnownStory().Told();
  const auto delivery = Delivery::Of(history, Story::kBegin, Story::kBegin + 10 * kDay);
  ASSERT_EQ(delivery.promotions.size(), 3u);
  EXPECT_DOUBLE_EQ(delivery.PerDay(), 0.3);
  EXPECT_EQ(delivery.promotions[0].at - *delivery.promotions[0].began, 4 * kHour);
  EXPECT_EQ(delivery.promotions[1].at - *delivery.promotions[1].began, kHour * 3 / 2);
  EXPECT_EQ(delivery.promotions[2].at - *delivery.promotions[2].began, 12 * kHour);
  EXPECT_EQ(delivery.promotions[1].on, "alert");
  EXPECT_EQ(delivery.MedianLeadMs(), 4 * kHour);
  // a1: from hour 48 until quality was back at 60, though the next version went live at 50; a2: 83 to 86.
  ASSERT_EQ(delivery.incidents.size(), 2u);
  EXPECT_EQ(delivery.incidents[0].acted_by, "promoted");
  EXPECT_EQ(delivery.incidents[1].acted_by, "rolled_back");
  EXPECT_EQ(delivery.MedianRestoreMs(), (12 * kHour + 3 * kHour) / 2);
  EXPECT_FALSE(delivery.promotions[0].failed);  // Good first, decayed later.
  EXPECT_FALSE(delivery.promotions[1].failed);
  EXPECT_TRUE(delivery.promotions[2].failed);
  EXPECT_DOUBLE_EQ(*delivery.FailureRate(), 1.0 / 3);
  const Json json = delivery.ToJson();
  EXPECT_EQ(json.At("deployment_frequency").Text("band"), "high");
  EXPECT_EQ(json.At("deployment_frequency").At("by_cause").Int("alert"), 1);
  EXPECT_EQ(json.At("lead_time_ms").Text("band"), "elite");
  EXPECT_EQ(json.At("time_to_restore_ms").Text("band"), "high");
  EXPECT_EQ(json.At("change_failure_rate").Text("band"), "low");
  EXPECT_EQ(json.At("items").items()[1].Int("training_ms"), kHour / 2);
}

TEST(DeliveryTest, AnAlertBeforeAnyGoodWindowIsAFailedChange) {
  Story story;
  story.Promoted(0, 1, 0).Window(5, 1, true).Raised(5, "a", 1).Promoted(6, 2, 1).Raised(7, "b", 1);
  const auto delivery = Delivery::Of(story.Told(), 0, Story::kBegin + kDay);
  EXPECT_TRUE(delivery.promotions[0].failed);
  EXPECT_FALSE(delivery.promotions[1].failed);  // The second alert is about the version before.
  EXPECT_FALSE(delivery.MedianLeadMs());
}

TEST(DeliveryTest, LeadTimeIsSplitIntoExplorationTrainingAndWaitingToTheSecond) {
  constexpr double kSecond = 1.0 / 3600;
  Story story;
  const auto tracked = [&](double hour, const char* run, const char* experiment, std::int64_t seconds) {
    story.At(hour, "run.ended",
             Json{{"run_id", run}, {"experiment_id", experiment}, {"duration_ms", seconds * 1000}});
  };
  tracked(1, "r0", "other", 3000);
  tracked(2, "r1", "e", 61);  // Began at 1:58:59.
  tracked(5, "r2", "e", 10);
  story.RunStarted(10 + 7 * kSecond, "1", "demand");
  tracked(11, "r3", "e", 1800);
  story.At(12 + 13 * kSecond, "registry.version_added",
           Json{{"model", "m"}, {"version", 1}, {"run_id", "r3"}, {"pipeline_run", "1"}});
  story.RunEnded(12.5, "1").Promoted(30 + 29 * kSecond, 1, 0);
  tracked(31, "r4", "e", 60);
  story.RunStarted(32, "2", "demand");
  tracked(33, "r5", "e", 60);
  story.At(33, "registry.version_added",
           Json{{"model", "m"}, {"version", 2}, {"run_id", "r5"}, {"pipeline_run", "2"}});
  story.Promoted(34, 2, 1);
  const auto delivery = Delivery::Of(story.Told(), Story::kBegin, Story::kBegin + 2 * kDay);
  const Promotion& first = delivery.promotions[0];
  EXPECT_EQ(first.ExplorationMs(), (8 * 3600 + 7 + 61) * 1000);
  EXPECT_EQ(first.TrainingMs(), (2 * 3600 + 6) * 1000);
  EXPECT_EQ(first.WaitingMs(), (18 * 3600 + 16) * 1000);
  EXPECT_EQ(first.LeadMs(), *first.ExplorationMs() + *first.TrainingMs() + *first.WaitingMs());
  // What was tried for the first version is not counted for the second again.
  EXPECT_EQ(delivery.promotions[1].ExplorationMs(), kHour + 60'000);
  EXPECT_EQ(delivery.MedianLeadMs(), (*first.LeadMs() + 3 * kHour + 60'000) / 2);
}

TEST(DeliveryTest, WhatATriggerBeganHadNothingToExplore) {
  Story story;
  story.At(1, "run.ended", Json{{"run_id", "r"}, {"experiment_id", "e"}, {"duration_ms", 1000}});
  story.Raised(2, "a", 1).RunStarted(3, "1", "alert", "a");
  story.At(4, "registry.version_added",
           Json{{"model", "m"}, {"version", 2}, {"run_id", "r"}, {"pipeline_run", "1"}}, "a");
  story.Promoted(5, 2, 1, "a");
  const auto delivery = Delivery::Of(story.Told(), 0, Story::kBegin + kDay);
  EXPECT_EQ(delivery.promotions[0].ExplorationMs(), 0);
  EXPECT_EQ(delivery.promotions[0].LeadMs(), 2 * kHour);
}

TEST(DeliveryTest, AnIncidentEndsWhenQualityIsBackNotWhenAVersionIs) {
  Story story;
  story.Raised(0, "a", 1).RunStarted(1, "1", "alert", "a").Registered(3, 2, "a").Promoted(7, 2, 1, "a");
  const auto open = Delivery::Of(story.Told(), 0, Story::kBegin + kDay);
  EXPECT_FALSE(open.incidents[0].to);
  EXPECT_EQ(open.ToJson().At("time_to_restore_ms").Int("open"), 1);
  const History history = story.Closed(20, "a").Told();
  const Json incident = Delivery::Of(history, 0, Story::kBegin + kDay).ToJson().At("incidents").items()[0];
  EXPECT_EQ(incident.Int("answer_ms"), kHour);
  EXPECT_EQ(incident.Int("retraining_ms"), 2 * kHour);
  EXPECT_EQ(incident.Int("release_ms"), 4 * kHour);
  EXPECT_EQ(incident.Int("proof_ms"), 13 * kHour);
  EXPECT_EQ(incident.Int("restore_ms"), 20 * kHour);
  EXPECT_EQ(incident.At("events").items().size(), 5u);
}

/// Version 1 has windows with these values, then version 2 with those.
Promotion Replaced(const std::vector<double>& before, const std::vector<double>& after,
                   const std::string& metric = "log_loss") {
  Story story;
  double hour = 0;
  const auto window = [&](int version, double value) {
    story.At(++hour, "monitoring.window_closed",
             Json{{"monitor", "quality"},
                  {"kind", "quality"},
                  {"statistic", metric},
                  {"version", version},
                  {"values", Json::Array({Json{{"value", value}, {"breached", false}}})}});
  };
  story.Promoted(0, 1, 0);
  for (const double value : before) window(1, value);
  story.Promoted(++hour, 2, 1);
  for (const double value : after) window(2, value);
  return Delivery::Of(story.Told(), 0, Story::kBegin + 30 * kDay).promotions[1];
}

TEST(DeliveryTest, ASignificantlyWorseVersionFailedThoughNobodyTookItBack) {
  const Promotion worse = Replaced({0.40, 0.41, 0.42, 0.43}, {0.50, 0.51, 0.52, 0.53});
  EXPECT_TRUE(worse.failed);
  EXPECT_EQ(worse.why, "log_loss significantly worse than that of version 1, which it replaced");
  EXPECT_DOUBLE_EQ(worse.comparison.p_worse, 1.0 / 70);  // One order of eight in 8 over 4.
  EXPECT_FALSE(Replaced({0.50, 0.51, 0.52, 0.53}, {0.40, 0.41, 0.42, 0.43}).failed) << "better";
  EXPECT_FALSE(Replaced({0.40, 0.51, 0.42, 0.53}, {0.50, 0.41, 0.52, 0.43}).failed) << "no difference";
  EXPECT_FALSE(Replaced({0.40, 0.41}, {0.50, 0.51, 0.52}).failed) << "too few windows";
  EXPECT_TRUE(Replaced({0.8, 0.81, 0.82, 0.83}, {0.7, 0.71, 0.72, 0.73}, "roc_auc").failed)
      << "where more is better, less is worse";
  EXPECT_FALSE(Replaced({0.7, 0.71, 0.72, 0.73}, {0.8, 0.81, 0.82, 0.83}, "roc_auc").failed);
}

TEST(DeliveryTest, TheTrendComparesTheLaterSpansWithTheEarlier) {
  Story story;
  for (int day = 0; day < 60; day += day < 30 ? 10 : 2) story.Promoted(24.0 * day + 1, day + 1, day);
  const auto delivery = Delivery::Of(story.Told(), Story::kBegin, Story::kBegin + 60 * kDay);
  const auto spans = delivery.Spans(6);
  EXPECT_EQ(spans[0].promotions.size(), 1u);
  EXPECT_EQ(spans[5].promotions.size(), 5u);
  EXPECT_EQ(spans[5].until, delivery.until);
  const Json trend = delivery.ToJson().At("trend");
  EXPECT_EQ(trend.Text("deployment_frequency"), "better");
  EXPECT_EQ(trend.Text("change_failure_rate"), "steady");
  EXPECT_TRUE(trend.At("time_to_restore_ms").IsNull());
}

TEST(DeliveryTest, BandsAreThoseOfTheConfiguration) {
  Bands bands;
  bands.lead_ms = {kHour, 2 * kHour, 3 * kHour};
  const Json json = Delivery::Of(KnownStory().Told(), 0, Story::kBegin + 10 * kDay).ToJson(bands);
  EXPECT_EQ(json.At("lead_time_ms").Text("band"), "low");
}

TEST(DeliveryTest, DriftAloneIsNoIncidentAndAnOpenOneHasNoTimeToRestore) {
  Story story;
  story.Raised(0, "a", 1, "drift").Raised(1, "b", 1);
  const auto delivery = Delivery::Of(story.Told(), 0, Story::kBegin + kDay);
  ASSERT_EQ(delivery.incidents.size(), 1u);
  EXPECT_FALSE(delivery.incidents[0].to);
  EXPECT_FALSE(delivery.MedianRestoreMs());
  EXPECT_EQ(delivery.ToJson().At("time_to_restore_ms").Int("open"), 1);
}

TEST(DeliveryTest, NothingDeliveredHasNoBandsAndNoInventedFigures) {
  const Json json = Delivery::Of(History({}), 0, Story::kBegin).ToJson();
  EXPECT_EQ(json.Int("promotions"), 0);
  for (const char* figure :
       {"deployment_frequency", "lead_time_ms", "time_to_restore_ms", "change_failure_rate"})
    EXPECT_TRUE(json.At(figure).At("band").IsNull()) << figure;
}

TEST(StationsTest, EachStationTellsItsLastEvent) {
  const History history =
      KnownStory()
          .Moved(90, 2, 3, "d9")
          .At(91, "governance.decision_approved", Json{{"decision", "d9"}, {"principal", "ada"}})
          .Raised(92, "a3", 2)
          .Told();
  const auto stations = StationsOf(history);
  ASSERT_EQ(stations.size(), 10u);
  EXPECT_EQ(stations[0].name, "charter");
  EXPECT_EQ(stations[0].standing, Standing::Idle);
  EXPECT_EQ(stations[3].last->event.kind, "pipeline.run_ended");
  EXPECT_EQ(stations[8].summary, "1 open alert: quality");
  EXPECT_EQ(stations[8].standing, Standing::Alert);
  EXPECT_EQ(stations[9].last->event.kind, "rollout.promoted");  // The end of the story of alert a1.
  EXPECT_EQ(SentenceOf(*history.Last("rollout.rolled_back")), "m rolled back from version 3 to 2: worse");
  const Json production = ProductionOf(history, "", "production");
  EXPECT_EQ(production.Text("version"), "2");
  EXPECT_EQ(production.At("approved_by").items().at(0).AsString(), "ada");
  EXPECT_TRUE(CanaryOf(history).IsNull());
}

class HistoryTest : public ::testing::TestWithParam<std::string> {};

TEST_P(HistoryTest, ReadsTheLogInTheOrderInWhichThingsHappened) {
  sql::testing::TestStore store(GetParam());
  ASSERT_TRUE(store->Migrate(std::array{&metadata::Schema()}));
  const auto append = [&](TimeMs at, std::string kind) {
    const auto appended = store->Transact([&](sql::Connection& connection) {
      return metadata::Append(connection, at,
                              {std::move(kind), "model:m", "ada", "", Json{{"model", "m"}, {"version", 1}}});
    });
    ASSERT_TRUE(appended);
  };
  append(1, "rollout.gates_judged");
  append(2, "run.ended");
  append(3, "registry.alias_moved");
  append(4, "rollout.promoted");
  const metadata::Log log(store.database());
  const auto history = History::Read(log);
  ASSERT_TRUE(history) << history.error().message;
  ASSERT_EQ(history->moments().size(), 4u);
  EXPECT_EQ(history->moments()[0].event.kind, "rollout.gates_judged");
  EXPECT_EQ(history->moments()[1].event.kind, "run.ended");
  EXPECT_EQ(history->moments()[3].event.kind, "rollout.promoted");
  EXPECT_EQ(Delivery::Of(*history, 0, 10).promotions.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Engines, HistoryTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::scorecard
