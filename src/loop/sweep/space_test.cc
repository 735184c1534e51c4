#include "loop/sweep/space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "loop/sweep/sobol.h"

namespace cairn::sweep {
namespace {

using ::testing::HasSubstr;

std::string Values(const std::string& text) {
  const auto axis = ParseAxis(text);
  if (!axis) return axis.error().message;
  return Json::Array(axis->choices).Dump();
}

Plan PlanOf(const std::vector<std::string>& axes, Search search, std::int64_t trials,
            std::uint64_t seed = 0) {
  Plan plan;
  for (const auto& text : axes) plan.axes.push_back(*ParseAxis(text));
  plan.search = search;
  plan.trials = trials;
  plan.seed = seed;
  return plan;
}

TEST(SpaceTest, AnAxisIsReadAsYamlValues) {
  EXPECT_EQ(Values("lr=1e-3"), "[0.001]");
  EXPECT_EQ(Values("train.depth=4, 5,6"), "[4,5,6]");
  EXPECT_EQ(Values("layers=[1,2],[3]"), "[[1,2],[3]]");
  EXPECT_EQ(Values("name='a,b',c"), "[\"a,b\",\"c\"]");
  EXPECT_EQ(Values("on=true,no"), "[true,\"no\"]");
  EXPECT_EQ(Values("n=range(1,8,3)"), "[1,4,7]");
  EXPECT_EQ(Values("x=range(0,0.3,0.1)"), "[0.0,0.1,0.2]");
  EXPECT_EQ(Values("n=range(1,9,2e20)"), "[1.0]");
  EXPECT_EQ(Values("conf/m.json:units=choice(8,16)"), "[8,16]");
  EXPECT_EQ(ParseAxis("conf/m.json:units=8")->file, "conf/m.json");
}

TEST(SpaceTest, WhatIsNoAxisIsRefusedWithItsText) {
  for (const char* text :
       {"lr", "=1", "lr=", "lr=1,,2", "../x.yaml:lr=1", "/etc/x:lr=1", "lr=uniform(1)", "lr=uniform(2,1)",
        "lr=loguniform(0,1)", "n=int(1.5,2)", "n=range(2,1)", "n=range(1,2,0)", "a=[1", "a=uniform(x,1)"}) {
    const auto axis = ParseAxis(text);
    ASSERT_FALSE(axis) << text;
    EXPECT_EQ(axis.error().reason, Reason::InvalidArgument);
    EXPECT_THAT(axis.error().message, HasSubstr(text));
  }
}

TEST(SpaceTest, AGridHoldsEveryCombinationAndACutOneItsFirst) {
  const auto all = Proposals(PlanOf({"a=1,2", "b=x,y,z"}, Search::Grid, 0));
  ASSERT_EQ(all->size(), 6u);
  EXPECT_EQ((*all)[0][1].value, Json("x"));
  EXPECT_EQ((*all)[1][1].value, Json("y"));
  EXPECT_EQ((*all)[3][0].value, Json(2));
  EXPECT_EQ(Proposals(PlanOf({"a=1,2", "b=x,y,z"}, Search::Grid, 4))->size(), 4u);
  EXPECT_EQ(Proposals(PlanOf({}, Search::Grid, 0))->size(), 1u);
  EXPECT_FALSE(Proposals(PlanOf({"a=uniform(0,1)"}, Search::Grid, 0)));
  EXPECT_FALSE(Proposals(PlanOf({"a=1", "a=2"}, Search::Grid, 0)));
}

TEST(SpaceTest, ADrawnSearchStaysInItsBoundsAndFollowsItsSeed) {
  const std::vector<std::string> axes{"lr=loguniform(1e-4,1e-1)", "n=int(2,5)", "u=logint(1,100)", "k=a,b"};
  const auto one = Proposals(PlanOf(axes, Search::Random, 400, 7)),
             again = Proposals(PlanOf(axes, Search::Random, 400, 7));
  const auto other = Proposals(PlanOf(axes, Search::Random, 400, 8)),
             fewer = Proposals(PlanOf(axes, Search::Random, 10, 7));
  std::set<std::int64_t> whole;
  double logs = 0;
  for (std::size_t i = 0; i < one->size(); ++i) {
    const auto& point = (*one)[i];
    EXPECT_GE(point[0].value.AsDouble(), 1e-4);
    EXPECT_LE(point[0].value.AsDouble(), 1e-1);
    logs += std::log10(point[0].value.AsDouble());
    whole.insert(point[1].value.AsInt());
    EXPECT_GE(point[2].value.AsInt(), 1);
    EXPECT_LE(point[2].value.AsInt(), 100);
    EXPECT_EQ(point[0].value, (*again)[i][0].value);
    if (i < fewer->size()) {
      EXPECT_EQ(point[3].value, (*fewer)[i][3].value);
    }
  }
  EXPECT_NEAR(logs / 400, -2.5, 0.15);
  EXPECT_EQ(whole, (std::set<std::int64_t>{2, 3, 4, 5}));
  EXPECT_FALSE((*one)[0][0].value == (*other)[0][0].value);
  EXPECT_FALSE(Proposals(PlanOf(axes, Search::Random, 0)));
}

TEST(SpaceTest, EverySquareOfTheSobolGridHoldsOnePointInEachPairOfNeighbours) {
  auto sobol = *Sobol::Of(Sobol::kMostDimensions);
  std::vector<std::vector<double>> points;
  for (int i = 0; i < 256; ++i) points.push_back(sobol.Next());
  for (unsigned dimension = 0; dimension < Sobol::kMostDimensions; ++dimension) {
    std::set<int> strata;
    for (const auto& point : points) strata.insert(static_cast<int>(point[dimension] * 256));
    EXPECT_EQ(strata.size(), 256u) << dimension;
  }
  std::set<std::pair<int, int>> squares;
  for (const auto& point : points)
    squares.emplace(static_cast<int>(point[0] * 16), static_cast<int>(point[1] * 16));
  EXPECT_EQ(squares.size(), 256u);
  EXPECT_FALSE(Sobol::Of(Sobol::kMostDimensions + 1));
  EXPECT_FALSE(Sobol::Of(0));
}

TEST(SpaceTest, ASobolSearchWithASeedIsShiftedAndStillEvenlySpread) {
  const auto plain = Proposals(PlanOf({"x=uniform(0,1)", "y=uniform(0,1)"}, Search::Sobol, 64));
  const auto shifted = Proposals(PlanOf({"x=uniform(0,1)", "y=uniform(0,1)"}, Search::Sobol, 64, 5));
  EXPECT_EQ((*plain)[1][0].value, Json(0.5));
  std::set<int> strata;
  for (const auto& point : *shifted) strata.insert(static_cast<int>(point[0].value.AsDouble() * 64));
  EXPECT_EQ(strata.size(), 64u);
  EXPECT_FALSE((*plain)[1][0].value == (*shifted)[1][0].value);
}

TEST(SpaceTest, ASettingChangesItsValueAndNothingElse) {
  const std::string text =
      "# what we tune\nlr: 0.1   # rate\ntrain:\n  depth: 3  # levels\n  layers: [1, 2]\n";
  EXPECT_EQ(*WithSetting(text, {"params.yaml", "train.depth", 5}),
            "# what we tune\nlr: 0.1   # rate\ntrain:\n  depth: 5  # levels\n  layers: [1, 2]\n");
  EXPECT_EQ(*WithSetting(text, {"params.yaml", "train.layers[1]", 7}),
            "# what we tune\nlr: 0.1   # rate\ntrain:\n  depth: 3  # levels\n  layers: [1, 7]\n");
  EXPECT_EQ(*WithSetting(text, {"params.yaml", "lr", 0.1}), text);
  EXPECT_EQ(*WithSetting("{\"a\": {\"b\": 1}}\n", {"c.json", "a.b", "x"}), "{\"a\": {\"b\": \"x\"}}\n");
}

TEST(SpaceTest, ASettingInTomlChangesItsValueAndNothingElse) {
  const std::string text =
      "# h\xC3\xA9\ntitle = \"\xC3\xA9\"  # t\r\nlr = 0.1   # rate\n[train]\ndepth = 3 # levels\n"
      "layers = [1,\n  2] # two\nopt = {name = 'adam', beta = 0.9}\nflag = true\na.b = 1\n[[many]]\nx = 1\n";
  const auto with = [&](const char* key, const Json& value) {
    auto changed = WithSetting(text, {"p.toml", key, value});
    return changed ? *changed : changed.error().message;
  };
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  EXPECT_EQ(with("train.depth", 5), replaced("3 # levels", "5 # levels"));
  EXPECT_EQ(with("lr", 1e-5), replaced("0.1", "1e-05"));
  EXPECT_EQ(with("lr", 100000.0), replaced("0.1", "100000.0"));
  EXPECT_EQ(with("title", "a \"b\"\n"), replaced("\"\xC3\xA9\"", "\"a \\\"b\\\"\\n\""));
  EXPECT_EQ(with("train.layers", Json::Array({3, 4})), replaced("[1,\n  2]", "[3, 4]"));
  EXPECT_EQ(with("train.layers[1]", 7), replaced("  2]", "  7]"));
  EXPECT_EQ(with("train.opt.beta", 1.0), replaced("0.9", "1.0"));
  EXPECT_EQ(with("train.flag", false), replaced("true", "false"));
  EXPECT_EQ(with("train.a.b", 2), replaced("a.b = 1", "a.b = 2"));
  EXPECT_EQ(with("many[0].x", 2), replaced("x = 1", "x = 2"));
  EXPECT_EQ(with("train.depth", 3), text);
  EXPECT_THAT(with("train", 3), HasSubstr("'train' holds other parameters"));
  EXPECT_THAT(with("train.dept", 3), HasSubstr("'train.depth'"));
  EXPECT_THAT(with("lr", Json()), HasSubstr("TOML has no word"));
}

TEST(SpaceTest, ASettingInPythonChangesItsValueAndNothingElse) {
  const std::string text =
      "# h\xC3\xA9\nLR = 0.1  # rate\nNAME: str = 'x'\nLAYERS = [1, # one\n  2]\n"
      "TRAIN = {\"depth\": 3, 'opt': {\"beta\": 0.9}}\nA=1; B=2\nPAIR = 1, 2\nTWICE = 1\nTWICE = 2\n"
      "class Train:\n    epochs = 10\n    flag = True\n    def __init__(self):\n        self.size = (4)\n"
      "        epochs = 3\ncomputed = len(NAME)\n";
  const auto with = [&](const char* key, const Json& value) {
    auto changed = WithSetting(text, {"conf/p.py", key, value});
    return changed ? *changed : changed.error().message;
  };
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  EXPECT_EQ(with("LR", 0.5), replaced("0.1", "0.5"));
  EXPECT_EQ(with("NAME", "hello"), replaced("'x'", "\"hello\""));
  EXPECT_EQ(with("LAYERS", Json::Array({5})), replaced("[1, # one\n  2]", "[5]"));
  EXPECT_EQ(with("LAYERS[1]", 7), replaced("  2]", "  7]"));
  EXPECT_EQ(with("TRAIN.depth", 7), replaced("3, 'opt'", "7, 'opt'"));
  EXPECT_EQ(with("TRAIN.opt.beta", 1.0), replaced("0.9", "1.0"));
  EXPECT_EQ(with("B", 9), replaced("B=2", "B=9"));
  EXPECT_EQ(with("PAIR", Json::Array({3, 4})), replaced("1, 2\n", "[3, 4]\n"));
  EXPECT_EQ(with("TWICE", 3), replaced("TWICE = 2", "TWICE = 3"));
  EXPECT_EQ(with("Train.epochs", 11), replaced("10", "11"));
  EXPECT_EQ(with("Train.flag", Json()), replaced("True", "None"));
  EXPECT_EQ(with("Train.size", 8), replaced("(4)", "8"));
  EXPECT_THAT(with("Train", 3), HasSubstr("'Train' holds other parameters"));
  EXPECT_THAT(with("computed", 3), HasSubstr("no parameter 'computed'"));
}

TEST(SpaceTest, WhatStandsInSeveralPlacesAtOnceIsNotSet) {
  EXPECT_EQ(WithSetting("a: &x 1\nb: *x\n", {"params.yaml", "b", 5}).error().reason, Reason::Unsupported);
  EXPECT_EQ(WithSetting("a: &x 1\nb: *x\n", {"params.yaml", "a", 5}).error().reason, Reason::Unsupported);
  EXPECT_EQ(*WithSetting("a: &x {n: 1}\nb: {<<: *x, m: 2}\n", {"params.yaml", "b.m", 5}),
            "a: &x {n: 1}\nb: {<<: *x, m: 5}\n");
}

TEST(SpaceTest, AnUnknownParameterIsNamedWithTheNearest) {
  const auto missing = WithSetting("lr: 1\ntrain: {depth: 3}\n", {"params.yaml", "train.dept", 5});
  EXPECT_EQ(missing.error().reason, Reason::NotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("'train.depth'"));
  EXPECT_EQ(WithSetting("train:\n  depth: 3\n", {"params.yaml", "train", 5}).error().reason,
            Reason::Unsupported);
}

}  // namespace
}  // namespace cairn::sweep
