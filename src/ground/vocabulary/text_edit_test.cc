#include "ground/vocabulary/text_edit.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn {
namespace {

std::string Replaced(const std::string& text, std::string_view key, const Json& value) {
  const auto root = ParseYaml(text, "params.yaml");
  TextEdit edit(text);
  edit.Replace(*root->FindPath(key), FlowYaml(value));
  return edit.Apply();
}

TEST(TextEditTest, AReplacedScalarLeavesCommentsAndSpacingAsTheyAre) {
  EXPECT_EQ(Replaced("# head\nlr:   0.1   # the rate\ntrain: {depth: 3, 'é': x}\n", "lr", 0.001),
            "# head\nlr:   0.001   # the rate\ntrain: {depth: 3, 'é': x}\n");
  EXPECT_EQ(Replaced("a: é\ntrain: {depth: 3, e: x}  # c\n", "train.depth", 12),
            "a: é\ntrain: {depth: 12, e: x}  # c\n");
}

TEST(TextEditTest, AListInBracketsIsReplacedWhole) {
  EXPECT_EQ(Replaced("layers: [1, [2, 3]]  # all\nz: 1\n", "layers", Json::Array({4, 5})),
            "layers: [4, 5]  # all\nz: 1\n");
  EXPECT_EQ(Replaced("layers: []\nz: 1\n", "layers", Json::Array({4})), "layers: [4]\nz: 1\n");
  const std::string json = "{\"a\": {\"b\": [1, 2]}, \"c\": \"x\"}\n";
  EXPECT_EQ(Replaced(json, "a.b", Json::Array({3})), "{\"a\": {\"b\": [3]}, \"c\": \"x\"}\n");
}

TEST(TextEditTest, ValuesOnOneLineReadBackAsTheyWere) {
  for (const Json& value : {Json(0.0), Json(-3.0), Json(1e16), Json(1e-5), Json(1e300), Json(HUGE_VAL),
                            Json(0.1), Json(true), Json(nullptr), Json("yes, [no]"), Json("12"), Json(""),
                            Json("a\nb"), Json{{"k, 1", Json::Array({1, "x: y"})}}}) {
    const auto read = ParseYaml("k: " + FlowYaml(value) + "\n", "");
    ASSERT_TRUE(read) << FlowYaml(value);
    EXPECT_EQ(read->Find("k")->ToJson(), value) << FlowYaml(value);
  }
  EXPECT_EQ(FlowYaml(1e-5), "1.0e-05");
}

}  // namespace
}  // namespace cairn
