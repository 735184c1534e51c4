#include "loop/sweep/share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "loop/sweep/curve.h"

namespace cairn::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Table(int rows) {
  std::string text = "x,y\n";
  for (int i = 0; i < rows; ++i) text += std::to_string(i) + "," + std::to_string(i % 7) + "\n";
  return text;
}

TEST(ShareTest, ALargerShareOfADrawContainsASmallerOne) {
  const std::string table = Table(2000);
  const auto tenth = SampleRows(table, "t.csv", {0.1, 1}), half = SampleRows(table, "t.csv", {0.5, 1});
  ASSERT_TRUE(tenth && half);
  EXPECT_EQ(tenth->count, 200);
  EXPECT_EQ(half->count, 1000);
  EXPECT_EQ(std::count(half->text.begin(), half->text.end(), '\n'), 1001);
  for (std::size_t at = 0; at < tenth->text.size();) {
    const auto end = tenth->text.find('\n', at) + 1;
    EXPECT_THAT("\n" + half->text, HasSubstr("\n" + tenth->text.substr(at, end - at)));
    at = end;
  }
  EXPECT_NE(SampleRows(table, "t.csv", {0.1, 2})->text, tenth->text) << "another draw";
  EXPECT_EQ(SampleRows(table, "t.csv", {1, 1})->text, table);
}

TEST(ShareTest, RowsAreThoseOfTheFormat) {
  const std::string quoted = "a,b\r\n1,\"two\nlines, \"\"here\"\"\"\r\n2,x\r\n\r\n3,y";
  const auto all = SampleRows(quoted, "t.csv", {1, 1});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->count, 3);
  EXPECT_EQ(SampleRows("{\"a\": \"\\\"\"}\n{\"a\": 2}\n", "t.jsonl", {1, 1})->count, 2)
      << "no line is a head";
  EXPECT_EQ(SampleRows("a\n\"open\n", "t.csv", {1, 1}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(SampleRows("a\n", "t.csv", {0.5, 1}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(SampleRows("a\n1\n", "t.csv", {1e-9, 1})->text, "a\n1\n") << "one at least";
  EXPECT_EQ(SampleRows("a\n1\n1\n1\n1", "t.csv", {0.5, 1})->text, "a\n1\n1\n") << "equal rows too";
  EXPECT_EQ(SampleRows("PAR1", "t.parquet", {1, 1}).error().reason, Reason::Unsupported);
}

TEST(ShareTest, IsASettingLikeAnother) {
  EXPECT_EQ(ParseShare("0.25/3")->draw, 3);
  EXPECT_EQ(ParseShare("1")->of_rows, 1);
  for (const char* wrong : {"0", "1.5", "-1", "x", "0.5/0", "0.5/x", ""})
    EXPECT_EQ(ParseShare(wrong).error().reason, Reason::InvalidArgument) << wrong;
  const auto axis = ParseAxis("data/t.csv:@share=0.5/1,1/1");
  ASSERT_TRUE(axis) << axis.error().message;
  EXPECT_EQ(axis->file, "data/t.csv");
  EXPECT_EQ(*WithSetting("a\n1\n", {"t.csv", "@share", "1/1"}), "a\n1\n");
}

TEST(ShareTest, ConcernsTheStagesBehindTheFile) {
  pipeline::Definition definition;
  const auto stage = [](const char* name, std::vector<std::string> deps, const char* out) {
    pipeline::Stage one;
    one.name = name;
    one.deps = std::move(deps);
    one.outs.push_back({out});
    return one;
  };
  definition.stages = {stage("report", {"figures"}, "page"), stage("split", {"raw"}, "parts"),
                       stage("train", {"parts/train.csv"}, "model"),
                       stage("score", {"model", "parts"}, "figures")};
  ASSERT_TRUE(definition.Link());
  EXPECT_THAT(*StagesBehind(definition, "parts/train.csv"), ElementsAre("train", "score", "report"));
  EXPECT_EQ(StagesBehind(definition, "nowhere.csv").error().reason, Reason::NotFound);
}

Trial TrialOf(std::int64_t rows, double figure, TrialState state = TrialState::Finished) {
  Trial trial;
  trial.state = state;
  trial.settings = {{"t.csv", std::string(kShareKey), "0.5/1"}};
  trial.params.Set("t.csv:rows", rows);
  trial.metrics.Set("acc", figure);
  return trial;
}

TEST(ShareTest, TrialsBecomeACurve) {
  const std::vector<Trial> trials{TrialOf(100, 0.7), TrialOf(200, 0.8), TrialOf(400, 0.85),
                                  TrialOf(800, 0.87), TrialOf(800, 0, TrialState::Failed)};
  const auto curve = CurveOf(trials, {"acc", "", 0});
  ASSERT_TRUE(curve) << curve.error().message;
  EXPECT_EQ(curve->Text("file"), "t.csv");
  EXPECT_EQ(curve->Int("trials"), 4);
  EXPECT_EQ(curve->Int("missing"), 1);
  EXPECT_THAT(CurveOf(trials, {"ac", "", 0}).error().message, HasSubstr("'acc'"));
  EXPECT_EQ(CurveOf({Trial()}, {"acc", "", 0}).error().reason, Reason::NotFound);
  EXPECT_EQ(CurveOf(trials, {"acc", "up", 0}).error().reason, Reason::InvalidArgument);
}

}  // namespace
}  // namespace cairn::sweep
