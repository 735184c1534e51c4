#include "ground/vocabulary/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ground/vocabulary/json.h"

namespace cairn {
namespace {

TEST(JsonTextTest, WritesWhatATreeWouldWrite) {
  std::string out;
  JsonText(out)
      .Open('{')
      .Member("text", "a \"b\"\n[")
      .Member("whole", std::int64_t{-9007199254740993})
      .Member("number", 0.1)
      .Name("none")
      .Open('[')
      .Close(']')
      .Name("list")
      .Open('[')
      .Open('{')
      .Close('}')
      .Value(std::nan(""))
      .Value(-std::numeric_limits<double>::infinity())
      .Value(3)
      .Open('[')
      .Close(']')
      .Close(']')
      .Member("last", "")
      .Close('}');
  Json list = Json::Array({Json::Object(), "NaN", "-Infinity", 3, Json::Array()});
  const Json tree{{"text", "a \"b\"\n["},    {"whole", std::int64_t{-9007199254740993}},
                  {"number", 0.1},           {"none", Json::Array()},
                  {"list", std::move(list)}, {"last", ""}};
  EXPECT_EQ(out, tree.Dump());
}

TEST(JsonTextTest, GoesOnAfterWhatIsThere) {
  std::string out = "[1";
  JsonText(out).Value("2").Close(']');
  EXPECT_EQ(out, "[1,\"2\"]");
}

}  // namespace
}  // namespace cairn
