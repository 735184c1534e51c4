#include "ground/blob/s3/xml.h"

#include <gtest/gtest.h>

namespace cairn::blob::s3 {
namespace {

TEST(Xml, ElementsTheirTextAndTheirOrderAreRead) {
  const auto root = ParseXml(
      "<?xml version=\"1.0\"?>\n<List xmlns=\"http://x/\"><Key>a&amp;b &#x20AC;</Key><Item><N>1</N></Item>"
      "<Item><N>2</N></Item></List>");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(root->name, "List");
  EXPECT_EQ(root->Text("Key"), "a&b €");
  ASSERT_EQ(root->children.size(), 3u);
  EXPECT_EQ(root->children[2].Text("N"), "2");
  EXPECT_EQ(root->Text("None"), "");
}

TEST(Xml, WhatIsMalformedDeepOrDeclaresItsOwnEntitiesIsRefused) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "<a>";
  for (int i = 0; i < 40; ++i) deep += "</a>";
  std::string many = "<r>";
  for (int i = 0; i < 200'001; ++i) many += "<a/>";
  many += "</r>";
  for (const std::string& text :
       {std::string(), std::string("<a>"), std::string("<a></b>"), std::string("no"), std::string("<a/><b/>"),
        std::string("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), std::string("<a>&x;</a>"),
        std::string("<a>\xff</a>"), deep, many, std::string(17 * 1024 * 1024, ' ') + "<a/>"}) {
    const auto root = ParseXml(text);
    ASSERT_FALSE(root) << text.substr(0, 60);
    EXPECT_EQ(root.error().reason, Reason::Corrupt);
  }
}

}  // namespace
}  // namespace cairn::blob::s3
