#include "loop/pipeline/item_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop/pipeline/definition.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<ItemMap> Parsed(const std::string& text) { return ReadItemMap(*ParseYaml(text, "cairn.yaml")); }

std::string Refused(const std::string& text) {
  const auto map = Parsed(text);
  return map ? "it was taken" : map.error().message;
}

Stage StageOf(const std::string& wdir, const std::vector<std::string>& deps,
              const std::vector<std::string>& outs) {
  Stage stage;
  stage.name = "thumbs";
  stage.wdir = wdir;
  stage.deps = deps;
  for (const auto& out : outs) stage.outs.push_back({out, true, false, false});
  return stage;
}

TEST(ItemMap, FillsCallsAndPaths) {
  auto map =
      *Parsed("{over: images, call: 'python t.py ${in} ${out} \\${HOME} $X', into: 'thumbs/${stem}.txt'}");
  ASSERT_TRUE(map.FitTo(StageOf(".", {"t.py", "images"}, {"thumbs"})));
  EXPECT_EQ(map.CallFor("cats/a.b.png"), "python t.py images/cats/a.b.png thumbs/cats/a.b.txt ${HOME} $X");
  EXPECT_THAT(map.OutsOf("cats/a.b.png"), ElementsAre("thumbs/cats/a.b.txt"));
  EXPECT_THAT(map.OutsOf("cats.d/.hidden"), ElementsAre("thumbs/cats.d/.hidden.txt"));
  EXPECT_EQ(map.CallFor("it's $(x).png"),
            "python t.py 'images/it'\\''s $(x).png' 'thumbs/it'\\''s $(x).txt' ${HOME} $X");
}

TEST(ItemMap, KnowsSeveralOutputsByName) {
  auto map = *Parsed(
      "{over: ../images, call: 'do ${item} ${out.text} ${out}', "
      "into: {small: '../out/${item}', text: 'ocr/${item}.txt'}, at_once: 3}");
  ASSERT_TRUE(map.FitTo(StageOf("sub", {"images"}, {"out", "sub/ocr"})));
  EXPECT_EQ(map.folder, "images");
  EXPECT_EQ(map.at_once, 3U);
  EXPECT_EQ(map.CallFor("a"), "do a ocr/a.txt ../out/a ocr/a.txt");
  EXPECT_THAT(map.OutsOf("a"), ElementsAre("out/a", "sub/ocr/a.txt"));
  EXPECT_THAT(map.makes_in, ElementsAre(0U, 1U));
}

TEST(ItemMap, RefusesWhatCouldNotBeKeptUpToDate) {
  EXPECT_THAT(Refused("{call: x, into: 'o/${item}'}"), HasSubstr("needs 'over'"));
  EXPECT_THAT(Refused("{over: i, into: 'o/${item}'}"), HasSubstr("needs 'call'"));
  EXPECT_THAT(Refused("{over: i, call: x}"), HasSubstr("needs 'into'"));
  EXPECT_THAT(Refused("{over: i, call: x, into: o/all}"), HasSubstr("is the same for every item"));
  EXPECT_THAT(Refused("{over: i, call: x, into: 'o/${item}', each: 1}"), HasSubstr("cairn.yaml:1:"));
  EXPECT_THAT(Refused("{over: i, call: 'x ${input}', into: 'o/${item}'}"),
              HasSubstr("'${input}' is nothing"));
  EXPECT_THAT(Refused("{over: i, call: 'x ${in', into: 'o/${item}'}"), HasSubstr("is nothing"));
  EXPECT_THAT(Refused("{over: i, call: 'x \"${in}\"', into: 'o/${item}'}"), HasSubstr("without quotes"));
  EXPECT_THAT(Refused("{over: i, call: \"x\\ny\", into: 'o/${item}'}"), HasSubstr("must be one line"));
  EXPECT_THAT(Refused("{over: i, call: x, into: 'o/${item}', at_once: 0}"), HasSubstr("between 1 and"));
}

TEST(ItemMap, FitsOnlyAStageThatDvcKnowsToo) {
  const auto map = *Parsed("{over: images, call: x, into: 'thumbs/${item}'}");
  const auto refused = [&](const Stage& stage) {
    auto fresh = map;
    const auto fits = fresh.FitTo(stage);
    return fits ? "it fits" : fits.error().message;
  };
  EXPECT_THAT(refused(StageOf(".", {"pictures"}, {"thumbs"})),
              HasSubstr("none of the deps of stage 'thumbs'"));
  EXPECT_THAT(refused(StageOf(".", {"images"}, {"thumb"})), HasSubstr("lies in none of the outs"));
  EXPECT_THAT(refused(StageOf(".", {"images"}, {"thumbs", "sum.json"})),
              HasSubstr("no call makes anything in 'sum.json'"));
  auto outside = *Parsed("{over: ../../images, call: x, into: 'thumbs/${item}'}");
  EXPECT_THAT(outside.FitTo(StageOf("sub", {}, {})).error().message, HasSubstr("outside the project"));
}

}  // namespace
}  // namespace cairn::pipeline
