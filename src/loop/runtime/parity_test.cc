#include "loop/runtime/parity.h"

#include <gtest/gtest.h>

#include <limits>

namespace cairn::runtime {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN(),
                 kEndless = std::numeric_limits<double>::infinity();

Batch Answers(const std::vector<double>& numbers, const std::vector<std::int64_t>& classes) {
  const auto rows = static_cast<std::int64_t>(classes.size());
  const auto width = static_cast<std::int64_t>(numbers.size()) / rows;
  return {{Tensor::From<double>("chance", {rows, width}, numbers),
           Tensor::From<std::int64_t>("class", {rows}, classes)}};
}

TEST(ParityTest, SmallDifferencesOfNumbersAreMeasuredAndAllowed) {
  const auto parity = Compare(Answers({1000, 0.25, 0, kNone}, {1, 0}),
                              Answers({1000.001, 0.25, 1e-7, kNone}, {1, 0}), Tolerance{});
  ASSERT_TRUE(parity) << parity.error().message;
  EXPECT_EQ(parity->rows, 2);
  EXPECT_FALSE(parity->first);
  EXPECT_NEAR(parity->largest, 1e-3, 1e-9);
  EXPECT_NEAR(parity->largest_relative, 1e-6, 1e-9) << "not that of 0, which has none";
}

TEST(ParityTest, TheFirstAnswerThatDiffersIsNamed) {
  const auto parity =
      Compare(Answers({1, 2, 3, 4, 5, 6}, {0, 1, 1}), Answers({1, 2, 3, 4.1, 5, 7}, {0, 1, 0}), Tolerance{});
  ASSERT_TRUE(parity && parity->first);
  EXPECT_EQ(parity->differing, 2);
  EXPECT_EQ(parity->first->row, 1);
  EXPECT_EQ(parity->first->output, "chance[1]");
  EXPECT_EQ(parity->first->original, "4");
  EXPECT_EQ(parity->first->converted, "4.1");
}

TEST(ParityTest, ClassesAndNoValueMustBeEqual) {
  const Batch due = Answers({1, 1}, {3, 4});
  EXPECT_EQ(Compare(due, Answers({1, 1}, {3, 5}), Tolerance{})->first->output, "class");
  for (const double other : {kNone, kEndless, -kEndless})
    EXPECT_TRUE(Compare(due, Answers({1, other}, {3, 4}), Tolerance{})->first) << other;
  EXPECT_FALSE(Compare(Answers({kEndless}, {1}), Answers({kEndless}, {1}), Tolerance{})->first);
  EXPECT_TRUE(Compare(Answers({kEndless}, {1}), Answers({-kEndless}, {1}), Tolerance{})->first);
}

TEST(ParityTest, TextsMustBeEqual) {
  Batch a{{Tensor::Of("word", DataType::Bytes, {2})}}, b = a;
  a.tensors[0].texts = {"late", "on time"};
  b.tensors[0].texts = {"late", "early"};
  const auto parity = Compare(a, b, Tolerance{});
  ASSERT_TRUE(parity && parity->first);
  EXPECT_EQ(parity->first->original, "'on time'");
  EXPECT_FALSE(Compare(a, a, Tolerance{})->first);
}

TEST(ParityTest, AnswersOfAnotherFormAreNoAnswers) {
  const Batch due = Answers({1, 1}, {3, 4});
  EXPECT_EQ(Compare(due, Answers({1, 1, 1, 1}, {3, 4}), Tolerance{}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(Compare(due, {{due.tensors[0]}}, Tolerance{}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(Compare({}, {}, Tolerance{}).error().reason, Reason::Unprocessable);
}

TEST(ParityTest, ARowIsToldByItsValues) {
  Batch rows = Answers({1.5, 2.5}, {3, 4});
  rows.tensors.push_back(Tensor::Of("word", DataType::Bytes, {2}));
  rows.tensors[2].texts = {"a", ""};
  rows.tensors[2].missing = {0, 1};
  EXPECT_EQ(RowText(rows, 0), "chance = 1.5, class = 3, word = 'a'");
  EXPECT_EQ(RowText(rows, 1), "chance = 2.5, class = 4, word = none");
  const Batch wide = Answers(std::vector<double>(15, 1), {1});
  EXPECT_TRUE(RowText(wide, 0).ends_with("chance[11] = 1 and 4 more")) << RowText(wide, 0);
}

}  // namespace
}  // namespace cairn::runtime
