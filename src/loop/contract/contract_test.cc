#include "loop/contract/contract.h"

#include <gtest/gtest.h>

#include <limits>

namespace cairn::contract {
namespace {

TEST(Violation, SaysWhatIsWrongWithAValue) {
  ColumnRule number;
  number.type = ColumnType::Number;
  number.nullable = false;
  number.min = 10;
  number.max = 6000;
  EXPECT_EQ(Contract::Violation(number, 10), "");
  EXPECT_EQ(Contract::Violation(number, 7000), "is 7000, above the maximum 6000");
  EXPECT_EQ(Contract::Violation(number, 9.5), "is 9.5, below the minimum 10");
  EXPECT_EQ(Contract::Violation(number, "12"), "is '12', which is no number");
  EXPECT_EQ(Contract::Violation(number, Json()), "is missing, and it must not be");
  EXPECT_EQ(Contract::Violation(number, std::numeric_limits<double>::quiet_NaN()),
            "is missing, and it must not be");
  ColumnRule integer;
  integer.type = ColumnType::Integer;
  EXPECT_EQ(Contract::Violation(integer, 3.0), "");
  EXPECT_EQ(Contract::Violation(integer, 3.5), "is 3.5, which is no integer");
  EXPECT_NE(Contract::Violation(integer, 1e300), "") << "more than 64 bits";
  ColumnRule text;
  text.pattern = "^[A-Z]\\d";
  EXPECT_EQ(Contract::Violation(text, "A1x"), "");
  EXPECT_EQ(Contract::Violation(text, "xA1"), "is 'xA1', which does not match ^[A-Z]\\d");
  EXPECT_EQ(Contract::Violation(text, Json()), "") << "a missing text matches nothing and breaks nothing";
  text.pattern = "(";
  EXPECT_NE(Contract::Violation(text, "x"), "") << "what is no expression lets nothing through";
}

}  // namespace
}  // namespace cairn::contract
