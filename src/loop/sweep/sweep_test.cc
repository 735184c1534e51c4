#include "loop/sweep/sweep.h"

#include <gtest/gtest.h>

#include "loop/sweep/copy.h"

namespace cairn::sweep {
namespace {

TEST(SweepTest, AGoalIsReachedByFiguresThatHaveIt) {
  const auto goal = ParseGoal("test.acc >= 0.9");
  EXPECT_TRUE(goal->ReachedBy(Json{{"test.acc", 0.9}}));
  EXPECT_FALSE(goal->ReachedBy(Json{{"test.acc", 0.89}}));
  EXPECT_FALSE(goal->ReachedBy(Json{{"acc", 1}}));
  EXPECT_FALSE(goal->ReachedBy(Json{{"test.acc", "high"}}));
  EXPECT_FALSE(ParseGoal("loss<0.1")->ReachedBy(Json{{"loss", 0.1}}));
  EXPECT_TRUE(ParseGoal("loss<=0.1")->ReachedBy(Json{{"loss", 0.1}}));
  for (const char* text : {"loss", "<1", "loss<", "loss<x", "loss=1", "loss<nan"})
    EXPECT_FALSE(ParseGoal(text)) << text;
}

TEST(SweepTest, ATrialIsNamedByItsSweepAndItsNumber) {
  EXPECT_EQ(*ParseTrialId("4f2a91c0-17"), std::pair(std::string("4f2a91c0"), std::int64_t{17}));
  for (const char* id : {"", "4f2a91c0", "-1", "4f2a91c0-0", "4f2a91c0-x"})
    EXPECT_FALSE(ParseTrialId(id)) << id;
}

TEST(SweepTest, FiguresOfTwoFilesWithOneNameKeepTheirFiles) {
  const Json figures =
      FiguresOf(Json{{"a.json", Json{{"acc", 1}, {"deep", Json{{"loss", 0.5}}}, {"note", "x"}}},
                     {"b.json", Json{{"acc", 2}}}});
  EXPECT_EQ(figures, (Json{{"a.json:acc", 1}, {"deep.loss", 0.5}, {"b.json:acc", 2}}));
  EXPECT_EQ(FiguresOf(Json{{"lines.json", 40}, {"b.json", Json{{"acc", 2}}}}),
            (Json{{"lines.json", 40}, {"acc", 2}}));
}

}  // namespace
}  // namespace cairn::sweep
