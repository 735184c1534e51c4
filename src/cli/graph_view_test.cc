#include "cli/graph_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::cli {
namespace {

using ::testing::HasSubstr;

/// a feeds b and c; d needs both, e needs a and d; f stands apart.
StageGraph Some() {
  return {{{"a", false, {}},
           {"b", true, {0}},
           {"c", false, {0}},
           {"d", true, {1, 2}},
           {"e", true, {0, 3}},
           {"f <\"#", false, {}}}};
}

TEST(DrawLines, LeadsFromEachStageToThoseThatNeedIt) {
  EXPECT_EQ(DrawLines(Some()),
            "● a\n"
            "├─╮ \n"
            "│ ○ b\n"
            "├─┼─╮ \n"
            "│ │ ● c\n"
            "│ ├─╯ \n"
            "│ ○ d\n"
            "├─╯ \n"
            "○ e\n"
            "● f <\"#\n");
}

TEST(DrawLines, AChainIsAColumn) {
  EXPECT_EQ(DrawLines({{{"a", false, {}}, {"b", false, {0}}, {"c", false, {1}}}}), "● a\n● b\n● c\n");
}

TEST(DrawMermaid, NamesStagesByPlaceAndEscapesTheirNames) {
  EXPECT_EQ(DrawMermaid(Some()),
            "flowchart TD\n"
            "  s0[\"a\"]\n  s1[\"b\"]\n  s2[\"c\"]\n  s3[\"d\"]\n  s4[\"e\"]\n  s5[\"f <#quot;#35;\"]\n"
            "  s0 --> s1\n  s0 --> s2\n  s1 --> s3\n  s2 --> s3\n  s0 --> s4\n  s3 --> s4\n"
            "  classDef stale stroke:#c2410c,stroke-dasharray:4\n  class s1,s3,s4 stale\n");
}

TEST(DrawSvg, IsAWholePictureOfBoxesBelowWhatTheyNeed) {
  const std::string svg = DrawSvg(Some());
  EXPECT_THAT(svg, HasSubstr("<title>d: would run</title>"));
  EXPECT_THAT(svg, HasSubstr("f &lt;&quot;#"));
  const auto top = [&](const std::string& name) {
    const auto at = svg.find("y=\"", svg.find("<title>" + name + ":")) + 3;
    return std::stod(svg.substr(at));
  };
  EXPECT_LT(top("a"), top("b"));
  EXPECT_EQ(top("b"), top("c"));
  EXPECT_LT(top("c"), top("d"));
  EXPECT_LT(top("d"), top("e"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace cairn::cli
