#include "loop/serving/fallback.h"

#include <gtest/gtest.h>

#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

Result<FallbackChain> Chain(const std::string& text) {
  return ParseFallback(*ParseYaml("fallback: " + text, "cairn.yaml")->Find("fallback"));
}

TEST(Fallback, IsAWordOrALinkAfterTheOther) {
  EXPECT_EQ(FallbackChain().links, std::vector{Link::Heuristic});
  EXPECT_TRUE(Chain("none")->links.empty());
  EXPECT_EQ(Chain("previous")->links, std::vector{Link::Previous});
  const auto all = Chain("[previous, heuristic, {default: 0.25}]");
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->links, (std::vector{Link::Previous, Link::Heuristic, Link::Default}));
  EXPECT_EQ(all->constant, 0.25);
}

TEST(Fallback, RefusesWhatCouldNotAnswerAndSaysWhere) {
  const auto refused = [](const std::string& text) {
    const auto chain = Chain(text);
    return chain ? "" : chain.error().message;
  };
  EXPECT_NE(refused("[previos]").find("cairn.yaml:1:12"), std::string::npos);
  EXPECT_NE(refused("[previos]").find("Did you mean 'previous'"), std::string::npos);
  EXPECT_NE(refused("[default]").find("{default: 0.2}"), std::string::npos);
  EXPECT_NE(refused("[{default: .nan}]"), "");
  EXPECT_NE(refused("[{constant: 1}]").find("constant"), std::string::npos);
  EXPECT_NE(refused("[heuristic, heuristic]").find("named twice"), std::string::npos);
  EXPECT_NE(refused("[{default: 1}, heuristic]").find("would never answer"), std::string::npos);
  EXPECT_NE(refused("{previous: 1}"), "");
}

TEST(Fallback, SaysInTheLogWhichLinkAnsweredAndWhichRuleWasBroken) {
  const std::string plain = FallbackText(Link::Previous, "", "It failed: rule x: y.");
  EXPECT_EQ(plain, "by previous: It failed: rule x: y.");
  EXPECT_EQ(ReadFallbackText(plain).link, "previous");
  EXPECT_EQ(ReadFallbackText(plain).rule, "");
  EXPECT_EQ(ReadFallbackText(plain).why, "It failed: rule x: y.");
  const auto ruled = ReadFallbackText(FallbackText(Link::Default, "price.max", "512: too much."));
  EXPECT_EQ(ruled.link, "default");
  EXPECT_EQ(ruled.rule, "price.max");
  EXPECT_EQ(ruled.why, "512: too much.");
  for (const char* other : {"", "The model failed.", "by bus: no", "by heuristic", "by heuristic, rule x"}) {
    EXPECT_EQ(ReadFallbackText(other).link, "") << other;
    EXPECT_EQ(ReadFallbackText(other).why, other);
  }
}

}  // namespace
}  // namespace cairn::serving
