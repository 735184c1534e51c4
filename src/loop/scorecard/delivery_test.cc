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
  story.At(84, "rollout.rolled_back", Json{{"model", "m"}, {"from", 3}, {"to", 2}, {"reason", "worse"}},
           "the promotion's own story");
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
  // a1: from hour 48 until the promotion at 50 (it closed only at 60); a2: from 83 until the return at 84.
  ASSERT_EQ(delivery.incidents.size(), 2u);
  EXPECT_EQ(delivery.incidents[0].ended_by, "promoted");
  EXPECT_EQ(delivery.incidents[1].ended_by, "rolled_back");
  EXPECT_EQ(delivery.MedianRestoreMs(), kHour * 3 / 2);
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
