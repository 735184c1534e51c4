#include "loop/scorecard/canvas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "loop/data/specification.h"
#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::Story;

constexpr const char* kConfiguration = R"(project: flights
charter:
  problem: Passengers learn of a delay <too late>
  objective: Say it early
  prediction: {entity: flight, outcome: late, wait: 1d, action: Send a message}
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.5, owner: Ada, due: 2030-01-01}
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {otherwise: 0.2}
data:
  flights:
    path: data/flights
    target: late
    contract:
      columns:
        hour: {type: integer}
        late: {type: integer, serving: false}
model: {name: late-arrival, dataset: flights}
gates:
  rules:
    - {name: better, metric: log_loss, against: heuristic}
monitors:
  - {name: quality, protects: honest risk, quality: log_loss, window: 7d, min_rows: 5, above: 0.5}
triggers:
  - {name: retrain, on: alert, monitor: quality, run: pipeline}
)";

class CanvasTest : public ::testing::Test {
 protected:
  Canvas Made(const std::string& more = "", const std::string& kind = "ml") {
    configuration_ = *ParseYaml(kConfiguration + more, "cairn.yaml");
    auto canvas = CanvasNamed(kind, {configuration_, history_, kpis_});
    EXPECT_TRUE(canvas) << canvas.error().message;
    return *std::move(canvas);
  }
  std::string Refused(const std::string& more) {
    configuration_ = *ParseYaml(kConfiguration + more, "cairn.yaml");
    const auto canvas = MlCanvas({configuration_, history_, kpis_});
    return canvas ? "" : canvas.error().message;
  }
  /// Data added, a version judged, promoted and served, and a window of its quality closed.
  void Live() {
    const auto charter = *charter::Parse(*ParseYaml(kConfiguration, "cairn.yaml"));
    kpis_ = {{charter.kpis[0], 0.4, KpiStatus::Verdict::Pass, "0.4 <= 0.5"}};
    const std::string contract =
        data::ParseSpecifications(*ParseYaml(kConfiguration, "cairn.yaml"))->front().contract_digest;
    Story story;
    story.At(1, "data.version_added", Json{{"dataset", "flights"}, {"version", 1}, {"digest", "aa"}});
    story.At(1, "data.contract_checked",
             Json{{"dataset", "flights"}, {"passed", true}, {"contract", contract}});
    story.At(2, "rollout.examined", Json{{"model", "late-arrival"}, {"version", 1}});
    story.At(2, "rollout.gates_judged", Json{{"model", "late-arrival"}, {"version", 1}, {"passed", true}});
    story.At(3, "registry.alias_moved",
             Json{{"model", "late-arrival"}, {"alias", "production"}, {"version", "1"}});
    story.At(4, "serving.loaded", Json{{"model", "late-arrival"}, {"version", 1}}).Window(5, 1, false);
    history_ = story.Told();
  }
  static const Box& BoxOf(const Canvas& canvas, std::string_view name) {
    return *std::find_if(canvas.boxes.begin(), canvas.boxes.end(),
                         [&](const Box& box) { return box.name == name; });
  }

  Node configuration_;
  History history_{{}};
  std::vector<KpiStatus> kpis_;
};

TEST_F(CanvasTest, AllTenBlocksOfALiveProjectAreFilledAndNothingIsFound) {
  Live();
  const Canvas canvas = Made();
  EXPECT_EQ(canvas.boxes.size(), 10u);
  for (const auto& finding : canvas.Findings()) ADD_FAILURE() << finding.box << " " << finding.problem;
  for (const Box& box : canvas.boxes) EXPECT_FALSE(box.lines.empty()) << box.name;
  const auto& problem = BoxOf(canvas, "value_proposition").lines.front();
  EXPECT_EQ(problem.bond, Bond::Narrative);
  EXPECT_NE(problem.to.find("cairn.yaml:3:"), std::string::npos) << problem.to;
}

TEST_F(CanvasTest, BeforeAnythingHappenedTheBlocksWait) {
  const auto findings = Made().Findings();
  EXPECT_GE(findings.size(), 8u);
  for (const auto& finding : findings) EXPECT_EQ(finding.bond, Bond::Waiting) << finding.problem;
}

TEST_F(CanvasTest, WhatTheCanvasSaysIsComparedWithTheSystemBothWays) {
  Live();
  const Canvas same = Made("canvas:\n  features: {says: What is known at check-in, columns: [hour]}\n");
  EXPECT_TRUE(same.Findings().empty());
  const auto drifted =
      Made("canvas:\n  features: {columns: [weather]}\n  building_models: {triggers: []}\n").Findings();
  ASSERT_EQ(drifted.size(), 3u);
  for (const auto& finding : drifted) EXPECT_EQ(finding.bond, Bond::Drifted);
  EXPECT_NE(drifted[0].problem.find("'weather': it stands on the canvas"), std::string::npos);
  EXPECT_NE(drifted[1].problem.find("'hour': the configuration has it"), std::string::npos);
  EXPECT_EQ(drifted[2].box, "building_models");
}

TEST_F(CanvasTest, BothEditionsNamesAreUnderstoodButNotTogether) {
  Live();
  EXPECT_TRUE(Made("canvas: {offline_evaluation: {metrics: [log_loss]}}\n").Findings().empty());
  EXPECT_TRUE(Made("canvas: {impact_simulation: {metrics: [log_loss]}}\n").Findings().empty());
  EXPECT_EQ(Made("canvas: {impact_simulation: {metrics: [roc_auc]}}\n").Findings().size(), 2u);
  EXPECT_NE(Refused("canvas: {ml_task: {outcome: late}, prediction_task: {outcome: late}}\n").find("twice"),
            std::string::npos);
  EXPECT_NE(Refused("canvas: {feetures: {}}\n").find("features"), std::string::npos);
  EXPECT_NE(Refused("canvas: {features: {datasets: [flights]}}\n").find("cairn.yaml:"), std::string::npos);
}

TEST_F(CanvasTest, DataUnderAnotherContractAndAnOutcomeOfAnotherColumnAreDrift) {
  Live();
  Story story;
  story.At(1, "data.version_added", Json{{"dataset", "flights"}, {"version", 1}, {"digest", "aa"}});
  story.At(2, "data.contract_checked",
           Json{{"dataset", "flights"}, {"passed", true}, {"contract", "another"}});
  history_ = story.Told();
  const auto columns = BoxOf(Made(), "features").lines;
  EXPECT_EQ(columns.front().bond, Bond::Drifted);
}

TEST_F(CanvasTest, TheAiCanvasHasSevenBoundBoxesAndTheTask) {
  Live();
  const Canvas canvas = Made("", "ai");
  ASSERT_EQ(canvas.boxes.size(), 8u);
  for (const auto& finding : canvas.Findings()) ADD_FAILURE() << finding.box << " " << finding.problem;
  EXPECT_EQ(BoxOf(canvas, "judgment").lines.front().text, "a wrong yes costs 1, a wrong no 3 EUR");
}

TEST_F(CanvasTest, TheStackCanvasAnswersEveryBlock) {
  Live();
  const Canvas canvas = Made("", "stack");
  ASSERT_EQ(canvas.boxes.size(), 14u);
  EXPECT_NE(BoxOf(canvas, "deployment").lines[1].text.find("release: 1 gate, then a person approves"),
            std::string::npos);
  EXPECT_NE(BoxOf(canvas, "monitoring").lines[0].text.find("alert above 0.5"), std::string::npos);
  EXPECT_NE(BoxOf(canvas, "data").lines[0].text.find("1 version"), std::string::npos);
}

TEST_F(CanvasTest, ThePageIsOnePieceAndCarriesNoForeignMarkup) {
  Live();
  const std::string page = HtmlPage(Made(), "abc");
  EXPECT_NE(page.find("&lt;too late&gt;"), std::string::npos);
  EXPECT_EQ(page.find("<too late>"), std::string::npos);
  EXPECT_FALSE(std::regex_search(page, std::regex("(src|href)=|https?://|@import")));
  std::size_t boxes = 0;
  for (auto at = page.find("class=\"box\""); at != std::string::npos; at = page.find("class=\"box\"", at + 1))
    ++boxes;
  EXPECT_EQ(boxes, 10u);
}

TEST_F(CanvasTest, ThereAreThreeCanvases) {
  configuration_ = *ParseYaml(kConfiguration, "cairn.yaml");
  EXPECT_EQ(CanvasNamed("lean", {configuration_, history_, kpis_}).error().reason, Reason::InvalidArgument);
}

}  // namespace
}  // namespace cairn::scorecard
