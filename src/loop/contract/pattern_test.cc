#include "loop/contract/pattern.h"

#include <gtest/gtest.h>

namespace cairn::contract {
namespace {

TEST(PatternTest, ABeginningMatchesAsTheSameExpressionWrittenAnotherWay) {
  for (const std::string beginning : {"user-", "a", "", "x:/_9"}) {
    const auto compared = Pattern::Compile("^" + beginning),
               searched = Pattern::Compile("^(?:" + beginning + ")");
    ASSERT_TRUE(compared && searched);
    for (const std::string text :
         {"", "user-", "user-7", "user", "xuser-7", "\nuser-7", "a", "A", "x:/_9.", "\xff"})
      EXPECT_EQ(compared->Matches(text), searched->Matches(text)) << beginning << " in " << text;
  }
}

TEST(PatternTest, WhatIsNotPlainKeepsItsMeaning) {
  EXPECT_TRUE(Pattern::Compile("^a.c")->Matches("abcd"));
  EXPECT_TRUE(Pattern::Compile("^ab*$")->Matches("a"));
  EXPECT_TRUE(Pattern::Compile("^a|b")->Matches("xb"));
  EXPECT_TRUE(Pattern::Compile("user-")->Matches("xuser-7"));
  EXPECT_FALSE(Pattern::Compile("^A")->Matches("ab"));
}

}  // namespace
}  // namespace cairn::contract
