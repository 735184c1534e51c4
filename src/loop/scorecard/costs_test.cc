#include "loop/scorecard/costs.h"

#include <gtest/gtest.h>

#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::Story;

constexpr const char* kPlan =
    "charter:\n  costs: {bytes: 1000, seconds: 60, labels: 100, bound: 20%, prices: {seconds: 2, labels: "
    "0.5}}\n"
    "data:\n  rows: {target: y}\n  notes: {path: n}\n";

Node Yaml(const std::string& text) {
  auto node = ParseYaml(text, "cairn.yaml");
  EXPECT_TRUE(node) << node.error().message;
  return *std::move(node);
}

Story& Added(Story& story, double hour, const std::string& dataset, std::int64_t bytes, std::int64_t rows) {
  return story.At(hour, "data.version_added", Json{{"dataset", dataset}, {"bytes", bytes}, {"rows", rows}});
}
Story& Ran(Story& story, double hour, const std::string& run, double seconds) {
  story.RunStarted(hour, run, "demand");
  story.At(hour, "pipeline.stage_ended", Json{{"run", run}, {"cpu_seconds", 1.5}});
  return story.At(hour, "pipeline.run_ended",
                  Json{{"run", run}, {"state", "finished"}, {"seconds", seconds}});
}

/// Two runs: the first as planned, the second with twice the seconds and half the labels.
Story TwoRuns() {
  Story story;
  Added(story, 1, "rows", 900, 100);
  Added(story, 1, "notes", 100, 7000);
  Ran(story, 2, "r1", 60);
  Added(story, 3, "rows", 1900, 150);
  Ran(story, 4, "r2", 120);
  story.RunStarted(5, "r3", "demand").RunEnded(5, "r3");  // It had nothing to do.
  return story;
}

TEST(Costs, OfEachRunAreWhatCameAndPassedSinceTheOneBefore) {
  const Node configuration = Yaml(kPlan);
  Story story = TwoRuns();
  const auto costs = CostsOf(story.Told(), &configuration);
  ASSERT_TRUE(costs) << costs.error().message;
  ASSERT_EQ(costs->runs.size(), 2u);
  EXPECT_EQ(costs->runs[0].took, (std::array<double, 3>{1000, 60, 100})) << "notes have no target";
  EXPECT_EQ(costs->runs[1].took, (std::array<double, 3>{1000, 120, 50}));
  ASSERT_EQ(costs->findings.size(), 2u);
  EXPECT_EQ(costs->findings[0].expense, charter::Expense::Seconds);
  EXPECT_NE(costs->findings[0].sentence.find("run r2 took 120 seconds, 60 were planned (100 %"),
            std::string::npos)
      << costs->findings[0].sentence;
  EXPECT_EQ(costs->findings[1].expense, charter::Expense::Labels);
  const Json json = costs->ToJson();
  EXPECT_DOUBLE_EQ(json.At("runs").items()[1].Double("price"), 2 * 120 + 0.5 * 50);
  EXPECT_DOUBLE_EQ(json.At("total").Double("price"), 2 * 180 + 0.5 * 150);
}

TEST(Costs, WithoutAPlanAreMeasuredAndFindNothing) {
  Story story = TwoRuns();
  const auto costs = CostsOf(story.Told(), nullptr);
  ASSERT_TRUE(costs);
  EXPECT_EQ(costs->runs.size(), 2u);
  EXPECT_TRUE(costs->findings.empty());
  EXPECT_TRUE(costs->ToJson().At("plan").At("bytes").IsNull());
}

TEST(Costs, ThatCannotBePlannedAreRefusedWithTheirPlace) {
  for (const char* costs : {"{bytes: -1}", "{byte: 1}", "{bytes: many}", "{seconds: 1, prices: {labels: 1}}",
                            "{seconds: 1, bound: 11}", "[1]"}) {
    const auto read = charter::ReadCostPlan(Yaml("charter:\n  costs: " + std::string(costs)));
    ASSERT_FALSE(read) << costs;
    EXPECT_NE(read.error().message.find("cairn.yaml:2:"), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace cairn::scorecard
