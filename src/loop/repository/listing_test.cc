#include "loop/repository/listing.h"

#include <gtest/gtest.h>

namespace cairn::repository {
namespace {

const Md5Digest kEmpty = *Md5OfHex("d41d8cd98f00b204e9800998ecf8427e");

std::string Entry(const std::string& escaped) {
  return R"({"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": ")" + escaped + "\"}";
}

TEST(ListingTest, NamesAreWrittenAndReadAsPythonDoes) {
  struct Case {
    std::string name, escaped;
  };
  // What json.dumps([...]) gives for os.fsdecode(name).
  for (const auto& [name, escaped] :
       {Case{"plain.csv", "plain.csv"}, Case{"a\"b\\c", R"(a\"b\\c)"},
        Case{"line\nend\t\r\b\f\x01", R"(line\nend\t\r\b\f\u0001)"},
        Case{"gr\xC3\xB6\xC3\x9F"
             "e",
             R"(gr\u00f6\u00dfe)"},
        Case{"\xE2\x82\xAC", R"(\u20ac)"}, Case{"\xF0\x9F\x98\x80", R"(\ud83d\ude00)"},
        Case{"odd\xFF", R"(odd\udcff)"}, Case{"\xE2\x82x", R"(\udce2\udc82x)"},
        Case{"\xED\xA0\x80", R"(\udced\udca0\udc80)"}, Case{"\xC0\xAF", R"(\udcc0\udcaf)"},
        Case{"del\x7F", "del\x7F"}, Case{"\xF4\x90\x80\x80", R"(\udcf4\udc90\udc80\udc80)"}}) {
    Listing listing;
    listing.Add(name, kEmpty);
    listing.Arrange();
    EXPECT_EQ(listing.Object(), "[" + Entry(escaped) + "]");
    const auto read = Listing::Parse(listing.Object());
    ASSERT_TRUE(read) << escaped << ": " << read.error().message;
    EXPECT_EQ(read->files().at(0).relpath, name);
  }
}

TEST(ListingTest, FilesStandInTheOrderOfCodePoints) {
  // U+DCFF, which an odd byte counts as, stands before U+E000 and U+1F600.
  const std::vector<std::string> ordered = {"a-b",      "a/b",  "a0",           "b",
                                            "\xC3\xA9", "\xFF", "\xEE\x80\x80", "\xF0\x9F\x98\x80"};
  Listing listing;
  for (auto name = ordered.rbegin(); name != ordered.rend(); ++name) listing.Add(*name, kEmpty);
  listing.Arrange();
  ASSERT_EQ(listing.files().size(), ordered.size());
  for (std::size_t i = 0; i < ordered.size(); ++i) EXPECT_EQ(listing.files()[i].relpath, ordered[i]);
  for (const auto& name : ordered) EXPECT_TRUE(listing.Find(name)) << name;
  EXPECT_FALSE(listing.Find("c"));
}

TEST(ListingTest, OfAPathAddedTwiceTheLaterDigestCounts) {
  Listing listing;
  listing.Add("x", Md5Digest{});
  listing.Add("y", kEmpty);
  listing.Add("x", kEmpty);
  listing.Arrange();
  ASSERT_EQ(listing.files().size(), 2U);
  EXPECT_EQ(listing.Find("x")->md5, kEmpty);
}

TEST(ListingTest, WhatOthersWriteIsRead) {
  const auto read = Listing::Parse(
      " [ {\"relpath\":\"b\",\n\"size\": 3, \"x\": {\"y\": [1, \"]\"]}, "
      "\"md5\":\"d41d8cd98f00b204e9800998ecf8427e\"} , " +
      Entry("a") + "]\n");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->files().size(), 2U);
  EXPECT_EQ(read->files()[0].relpath, "a");
  EXPECT_EQ(Listing::Parse("[]")->files().size(), 0U);
}

TEST(ListingTest, ADamagedListingIsRefused) {
  for (const std::string& object :
       {std::string(""), std::string("{}"), std::string("["), std::string("[]x"), "[" + Entry("../x") + "]",
        "[" + Entry("/etc/passwd") + "]", "[" + Entry("a//b") + "]", "[" + Entry("a/./b") + "]",
        "[" + Entry("") + "]", "[" + Entry("a\\u0000b") + "]", "[" + Entry("\\ud83d") + "]",
        "[" + Entry("\\udc00") + "]", "[" + Entry("\\x") + "]", "[" + Entry("a") + Entry("b") + "]",
        std::string(R"([{"md5": "zz", "relpath": "x"}])"), std::string(R"([{"relpath": "x"}])"),
        std::string(R"([{"md5": "d41d8cd98f00b204e9800998ecf8427e"}])"), "[" + Entry("a").substr(0, 30)}) {
    const auto read = Listing::Parse(object);
    ASSERT_FALSE(read) << object;
    EXPECT_EQ(read.error().reason, Reason::Corrupt);
  }
}

}  // namespace
}  // namespace cairn::repository
