#include "cli/shown_name.h"

#include <gtest/gtest.h>

namespace cairn::cli {
namespace {

TEST(ShownName, StaysOnOneLineAndIsText) {
  EXPECT_EQ(ShownName("a\nb\r\t\x1b[31m\x7f"), "a\\nb\\r\\t\\x1b[31m\\x7f");
  EXPECT_EQ(ShownName("é €😀"), "é €😀");
  EXPECT_EQ(ShownName("x\xff\xc3"), "x\\xff\\xc3");
  EXPECT_EQ(ShownName("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(ReadableJson, HasOddBytesAsLoneSurrogates) {
  EXPECT_EQ(ReadableJson("{\"a\":\"é\"}"), "{\"a\":\"é\"}");
  EXPECT_EQ(ReadableJson("[\"\xff.txt\",\"é\xc3\"]"), "[\"\\udcff.txt\",\"é\\udcc3\"]");
}

}  // namespace
}  // namespace cairn::cli
