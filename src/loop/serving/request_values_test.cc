#include "loop/serving/request_values.h"

#include <gtest/gtest.h>

#include <limits>

namespace cairn::serving {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

TEST(Values, LooksTheSameHoweverItIsKept) {
  const Values list{1.5, nullptr, -2.0}, floats(Values::Floats{1.5f, kNone, -2.0f}),
      doubles(Values::Doubles{1.5, kNone, -2.0});
  EXPECT_EQ(list, floats);
  EXPECT_EQ(floats, doubles);
  EXPECT_NE(floats, Values(Values::Floats{1.5f, 0.0f, -2.0f}));
  EXPECT_NE(list, Values({1.5, nullptr}));
  EXPECT_EQ(Values({7, -8}), Values(Values::Wholes{7, -8}));
}

TEST(Values, IsEmptyUnlessTold) {
  EXPECT_EQ(Values().size(), 0u);
  EXPECT_EQ(Values({12}).size(), 1u);
}

TEST(Values, PointsToWhatIsThereAndMakesWhatIsNot) {
  Json made;
  const Values texts{"a", "b"}, wholes(Values::Wholes{3, 4});
  EXPECT_EQ(&texts.At(1, made), &texts.At(1, made));
  EXPECT_TRUE(made.IsNull());
  EXPECT_EQ(wholes.At(1, made), Json(4));
  EXPECT_EQ(made, Json(4));
}

TEST(Values, BecomesAListWhenItIsAddedTo) {
  Values values(Values::Floats{0.25f, kNone});
  values.push_back("late");
  EXPECT_EQ(values, Values({0.25, nullptr, "late"}));
}

TEST(Values, GivesAColumnOfAMatrix) {
  const Values matrix(Values::Wholes{1, 2, 3, 4, 5, 6});
  EXPECT_EQ(matrix.Every(3, 1), Values({2, 5}));
  EXPECT_EQ(Values({"a", 1, "b", 2}).Every(2, 0), Values({"a", "b"}));
}

}  // namespace
}  // namespace cairn::serving
