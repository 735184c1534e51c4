#include "ground/vocabulary/text.h"

#include <gtest/gtest.h>

namespace cairn {
namespace {

TEST(Text, SuggestsTheNearestWordOnlyWhenItIsNear) {
  const std::string_view commands[] = {"charter", "data", "run", "model"};
  EXPECT_EQ(NearestTo("chatrer", commands), "charter");
  EXPECT_EQ(NearestTo("modle", commands), "model");
  EXPECT_EQ(NearestTo("zzzzzz", commands), "");
}

TEST(Text, CutsBetweenCharactersOnly) {
  EXPECT_EQ(CutTo("Köln", 4), "Köln");
  EXPECT_EQ(CutTo("Kölner Dom", 4), "Köl…");
  EXPECT_EQ(CutTo("Kö", 1), "…");
}

TEST(Text, Base64RoundTripsAndRefusesRubbish) {
  for (const std::string& text :
       std::initializer_list<std::string>{"", "f", "fo", "foo", "foob", {"\0\xff", 2}}) {
    EXPECT_EQ(*FromBase64(Base64(text)), text);
  }
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  for (const char* wrong : {"a", "====", "ab=c", "Zm9v Yg="}) EXPECT_FALSE(FromBase64(wrong)) << wrong;
}

TEST(Text, PercentDecodingRefusesBrokenEscapes) {
  EXPECT_EQ(*PercentDecode("a%20b+c", UrlPart::Query), "a b c");
  EXPECT_EQ(*PercentDecode("a%2Fb+c", UrlPart::Path), "a/b+c");
  EXPECT_FALSE(PercentDecode("a%2", UrlPart::Path));
  EXPECT_FALSE(PercentDecode("%zz", UrlPart::Path));
  EXPECT_EQ(PercentEncode("a b/c", "/"), "a%20b/c");
}

TEST(Text, Utf8IsCheckedByTheRules) {
  EXPECT_TRUE(IsUtf8("caf\xC3\xA9 \xF0\x9F\x98\x80"));
  for (const char* wrong : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80", "\xE2\x82"})
    EXPECT_FALSE(IsUtf8(wrong));
}

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(WithThousands(336776), "336,776");
  EXPECT_EQ(WithThousands(-1000), "-1,000");
  EXPECT_EQ(WithThousands(12), "12");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(ShortestText(0.1), "0.1");
}

TEST(Text, AVeryLongWordIsNearNothing) {
  EXPECT_EQ(
      Suggestion(std::string(std::size_t{64} << 20, 'x'), std::vector<std::string_view>{"stages", "vars"}),
      "");
}

}  // namespace
}  // namespace cairn
