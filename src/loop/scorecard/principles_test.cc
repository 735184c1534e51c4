#include "loop/scorecard/principles.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "loop/scorecard/outputs.h"
#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::kDay;
using testing::Story;

constexpr const char* kConfiguration = R"(project: p
scorecard:
  checks: [{test: T-D7, stage: check}, {test: T-O6, stage: check}]
)";

/// A story in which every cell is green, but for the events of this kind.
Story WholeStoryWithout(std::string_view left_out) {
  Story story;
  const auto tell = [&](double hour, std::string kind, Json body, std::string cause = "") {
    if (kind != left_out) story.At(hour, std::move(kind), std::move(body), std::move(cause));
  };
  const auto run = [&](double hour, const char* id, const char* on, const char* of = "") {
    tell(hour, "pipeline.run_started",
         Json{{"run", id},
              {"trigger", Json{{"on", on}, {"name", of}}},
              {"git", Json{{"commit", "c0ffee"}, {"dirty", false}}}});
    tell(hour, "pipeline.stage_ended",
         Json{{"run", id},
              {"stage", "check"},
              {"exit", 0},
              {"lineage", Json{{"to", Json::Array({Json{{"thing", "md5:1"}, {"as", "model"}}})}}}});
    tell(hour, "pipeline.run_ended", Json{{"run", id}, {"state", "finished"}});
  };
  tell(1, "data.version_added", Json{{"dataset", "d"}, {"version", 1}, {"digest", "aa"}});
  tell(1, "data.contract_checked", Json{{"passed", true}, {"contract", "c1"}});
  tell(1, "data.verified", Json{{"sound", true}, {"digest", "aa"}});
  run(2, "1", "training_code");
  run(3, "2", "application_code");
  tell(4, "registry.version_added",
       Json{{"model", "m"}, {"version", 1}, {"manifest", "bb"}, {"pipeline_run", "2"}});
  run(5, "3", "replay", "2");
  tell(5, "registry.version_packaged", Json{{"model", "m"}, {"version", 1}, {"package", "cc"}});
  tell(6, "rollout.gates_judged", Json{{"model", "m"}, {"version", 1}, {"passed", true}});
  tell(7, "rollout.promoted", Json{{"model", "m"}, {"version", 1}, {"previous", ""}});
  tell(7, "serving.loaded", Json{{"model", "m"}, {"version", 1}, {"contract", "c1"}});
  if (left_out != "monitoring.window_closed") story.Window(8, 1, false).Window(8, 1, false, "drift");
  return story;
}

std::vector<Cell> Grid(const History& history, TimeMs after = kDay) {
  const Node configuration = *ParseYaml(kConfiguration, "cairn.yaml");
  return *PrinciplesOf(history, &configuration, Story::kBegin + after);
}
std::ptrdiff_t Green(const std::vector<Cell>& cells) {
  return std::count_if(cells.begin(), cells.end(), [](const Cell& cell) { return cell.green; });
}

TEST(PrinciplesTest, EachOfTheEighteenCellsIsGreenOnlyThroughItsEvidence) {
  const History whole = WholeStoryWithout("").Told();
  const auto cells = Grid(whole);
  ASSERT_EQ(cells.size(), 18u);
  for (const Cell& cell : cells) {
    EXPECT_TRUE(cell.green) << cell.principle << " of " << cell.level << ": " << cell.why;
    ASSERT_NE(cell.evidence, nullptr);
    // Without the events of that kind the cell is red.
    const History without = WholeStoryWithout(cell.evidence->event.kind).Told();
    const auto again = Grid(without);
    const Cell& same = again[static_cast<std::size_t>(&cell - cells.data())];
    const bool other_evidence =
        same.evidence != nullptr && same.evidence->event.kind != cell.evidence->event.kind;
    EXPECT_TRUE(!same.green || other_evidence) << cell.principle << " of " << cell.level;
  }
  EXPECT_EQ(ToJson(cells).Int("green"), 18);
}

TEST(PrinciplesTest, NothingOnRecordIsRedAndSoIsWhatIsTooOldOrNotGood) {
  EXPECT_EQ(Green(Grid(History({}))), 0);
  const History whole = WholeStoryWithout("").Told();
  EXPECT_EQ(Green(Grid(whole, 40 * kDay)), 0);
  const History breached = WholeStoryWithout("").Window(9, 1, true).Told();
  const auto cells = Grid(breached);
  EXPECT_EQ(Green(cells), 17);
  EXPECT_NE(cells[16].why.find("Not good"), std::string::npos) << cells[16].why;
}

TEST(PrinciplesTest, AReplayWithOtherDigestsRepeatsNothing) {
  Story story = WholeStoryWithout("");
  story.At(9, "pipeline.run_started", Json{{"run", "4"}, {"trigger", Json{{"on", "replay"}, {"name", "2"}}}});
  story.At(9, "pipeline.stage_ended",
           Json{{"run", "4"},
                {"stage", "check"},
                {"exit", 0},
                {"lineage", Json{{"to", Json::Array({Json{{"thing", "md5:2"}, {"as", "model"}}})}}}});
  story.At(9, "pipeline.run_ended", Json{{"run", "4"}, {"state", "finished"}});
  const History history = story.Told();
  const auto cells = Grid(history);
  EXPECT_EQ(cells[10].principle, "reproducibility");
  EXPECT_FALSE(cells[10].green);
}

TEST(OutputsTest, EachOfTheSixStagesNamesItsLastOutputAndSaysWhenItIsOverdue) {
  const History history = WholeStoryWithout("").Told();
  const auto outputs = OutputsOf(history, Story::kBegin + kDay, kCadenceMs);
  ASSERT_EQ(outputs.size(), 6u);
  EXPECT_EQ(outputs[0].digest, "c0ffee");
  EXPECT_EQ(outputs[1].digest, "cc");
  EXPECT_EQ(outputs[2].last, nullptr) << "pipelines are not delivered yet";
  EXPECT_EQ(outputs[3].digest, "bb");
  EXPECT_EQ(outputs[4].last->event.kind, "serving.loaded");
  EXPECT_EQ(outputs[5].last->event.kind, "monitoring.window_closed");
  EXPECT_FALSE(outputs[5].overdue);
  for (const auto& output : OutputsOf(history, Story::kBegin + 40 * kDay, kCadenceMs))
    EXPECT_TRUE(output.overdue) << output.stage;
}

}  // namespace
}  // namespace cairn::scorecard
