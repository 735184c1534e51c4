#include "loop/ci/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::ci {
namespace {

using ::testing::HasSubstr;

TEST(PlotTest, PlotsOfStagesAndOfTheFileAreFound) {
  const os::TempFolder folder = *os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(folder / "dvc.yaml", R"(plots:
- curve:
    x: epoch
    y: {a.csv: [loss, acc]}
stages:
  train:
    cmd: x
    wdir: sub
    plots: [one.csv, {two.json: {y: f, title: F}}, picture.png, "${item}.csv"]
)"));
  const auto plots = PlotsOf(folder.path());
  ASSERT_EQ(plots->size(), 4u);
  EXPECT_EQ((*plots)[1].y, "acc");
  EXPECT_EQ((*plots)[1].x, "epoch");
  EXPECT_EQ((*plots)[2].file, "sub/one.csv");
  EXPECT_EQ((*plots)[3].title, "F");
  EXPECT_TRUE(PlotsOf(folder / "none")->empty());
}

TEST(PlotTest, RowsAreReadFromCsvTsvAndJson) {
  const Curve expected{{1, 0.5}, {2, 0.25}};
  EXPECT_EQ(*CurveIn({"", "a.csv", "step", "loss"}, "step,loss\r\n1,0.5\r\n2,0.25\nx,1\n"), expected);
  EXPECT_EQ(*CurveIn({"", "a.tsv", "step", ""}, "\"step\"\tloss\n1\t0.5\n2\t0.25\n"), expected);
  EXPECT_EQ(*CurveIn({"", "a.json", "step", "loss"},
                     R"({"train": [{"step": 1, "loss": 0.5}, {"step": 2, "loss": "0.25"}]})"),
            expected);
  EXPECT_EQ(CurveIn({"", "a.csv", "", "acc"}, "step,loss\n1,2\n").error().reason, Reason::NotFound);
  EXPECT_FALSE(CurveIn({"", "a.json", "", ""}, "{}"));
  EXPECT_FALSE(CurveIn({"", "a.csv", "", ""}, ""));
}

TEST(PlotTest, APictureHoldsBothCurvesAndNoMarkupOfItsTitle) {
  const std::string both = PictureOf({"a<b", "a.csv", "", ""}, {{0, 1}, {1, 2}}, {{0, 3}});
  EXPECT_THAT(both, HasSubstr("a&lt;b"));
  EXPECT_THAT(both, HasSubstr("stroke-dasharray"));
  EXPECT_EQ(PictureOf({"", "", "", ""}, {}, {{0, 1}, {0, 1}}).find("nan"), std::string::npos);
}

}  // namespace
}  // namespace cairn::ci
