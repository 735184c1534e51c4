#include "loop/serving/versions/output_check.h"

#include <gtest/gtest.h>

#include <limits>

namespace cairn::serving {
namespace {

using runtime::Batch;
using runtime::DataType;
using runtime::Signature;
using runtime::Tensor;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<OutputRule> Rules(const std::string& text) {
  const auto rules = ParseOutputs(*ParseYaml("outputs: " + text, "cairn.yaml")->Find("outputs"));
  EXPECT_TRUE(rules) << rules.error().message;
  return rules ? *rules : std::vector<OutputRule>();
}

const Signature kPrices{{}, {{"price", DataType::Fp64, {-1, 1}}, {"spread", DataType::Fp32, {-1, 1}}}};
const Signature kClasses{{}, {{"label", DataType::Int64, {-1}}, {"probabilities", DataType::Fp32, {-1, 2}}}};
const Signature kNames{{}, {{"label", DataType::Bytes, {-1}}, {"probabilities", DataType::Fp32, {-1, 2}}}};

Batch Prices(std::vector<double> prices, std::vector<float> spreads) {
  const auto rows = static_cast<std::int64_t>(prices.size());
  return {
      {Tensor::From<double>("price", {rows, 1}, prices), Tensor::From<float>("spread", {rows, 1}, spreads)}};
}

Batch Classes(std::vector<std::int64_t> labels, std::vector<float> probabilities) {
  const auto rows = static_cast<std::int64_t>(labels.size());
  return {{Tensor::From<std::int64_t>("label", {rows}, labels),
           Tensor::From<float>("probabilities", {rows, 2}, probabilities)}};
}

std::string RuleOf(const std::optional<Breach>& broken) { return broken ? broken->rule : ""; }

TEST(OutputCheck, HoldsEveryOutputOfNumbersToBeFiniteUnlessItIsWrittenOtherwise) {
  const OutputCheck plain(kPrices, {"price", 0}, false, {});
  EXPECT_FALSE(plain.Find(Prices({1, 1e300}, {-1, 2})));
  const auto broken = plain.Find(Prices({1, kNaN, kNaN}, {1, 1, 1}));
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->rule, "price.finite");
  EXPECT_EQ(broken->rows, 2);
  EXPECT_EQ(broken->what, "answered NaN in row 2 of output 'price', which must be finite");
  EXPECT_EQ(RuleOf(plain.Find(Prices({1}, {std::numeric_limits<float>::infinity()}))), "spread.finite");
  const OutputCheck free(kPrices, {"price", 0}, false,
                         {Rules("{spread: {finite: false}, price: {finite: false}}"), {}});
  EXPECT_FALSE(free.Find(Prices({1}, {static_cast<float>(kNaN)})));
  EXPECT_EQ(RuleOf(free.Find(Prices({kNaN}, {1}))), "price.finite") << "a score goes into the log";
}

TEST(OutputCheck, HoldsOutputsByNameToTheirRange) {
  const OutputCheck check(kPrices, {"price", 0}, false,
                          {Rules("{price: {min: 0, max: 500}, spread: {min: 0}}"), {}});
  EXPECT_FALSE(check.Find(Prices({0, 500}, {0, 1})));
  EXPECT_EQ(RuleOf(check.Find(Prices({500.01}, {0}))), "price.max");
  EXPECT_EQ(RuleOf(check.Find(Prices({-1e-9}, {0}))), "price.min");
  EXPECT_EQ(RuleOf(check.Find(Prices({1}, {-1}))), "spread.min");
  EXPECT_EQ(check.said()[0], "output 'price': finite, at least 0, at most 500");
  EXPECT_TRUE(check.idle().empty());
}

TEST(OutputCheck, HoldsAProbabilityToItsBoundsWithWhatRoundingLeaves) {
  const OutputCheck check(kClasses, {"probabilities", 1}, true, {});
  EXPECT_FALSE(check.Find(Classes({1}, {-0.000001F, 1.000001F})));
  EXPECT_EQ(RuleOf(check.Find(Classes({1}, {0, 1.01F}))), "probabilities.max");
  EXPECT_FALSE(check.Find(Classes({1}, {-3, 0.5F}))) << "the other column is nobody's score";
}

TEST(OutputCheck, HoldsClassesToTheContractWhereTheyAreOfItsKind) {
  const OutputRules numbers{{}, {Json(1), Json(0)}}, texts{{}, {Json("on time"), Json("late")}};
  EXPECT_EQ(
      RuleOf(OutputCheck(kClasses, {"probabilities", 1}, true, numbers).Find(Classes({0, 2}, {0, 1, 0, 1}))),
      "label.allowed");
  EXPECT_FALSE(OutputCheck(kClasses, {"probabilities", 1}, true, texts).Find(Classes({7}, {0, 1})))
      << "a model may number what the contract names";
  EXPECT_FALSE(
      OutputCheck(kClasses, {"probabilities", 1}, true, {{}, {Json(1), Json(2)}}).Find(Classes({0}, {0, 1})))
      << "training may renumber 1, 2 as 0, 1";
  Batch named{{Tensor::Of("label", DataType::Bytes, {1}),
               Tensor::From<float>("probabilities", {1, 2}, std::vector<float>{0, 1})}};
  named.tensors[0].texts[0] = "early";
  const OutputCheck by_name(kNames, {"probabilities", 1}, true, texts);
  EXPECT_EQ(by_name.Find(named)->what,
            "answered 'early' in row 1 of output 'label', which must be one of on time, late");
  named.tensors[0].texts[0] = "late";
  EXPECT_FALSE(by_name.Find(named));
  const OutputCheck freed(kClasses, {"probabilities", 1}, true, {Rules("{label: {}}"), numbers.classes});
  EXPECT_FALSE(freed.Find(Classes({2}, {0, 1}))) << "what is written stands in place of the contract";
  const OutputCheck listed(kClasses, {"probabilities", 1}, true,
                           {Rules("{label: {allowed: [5, 6]}}"), numbers.classes});
  EXPECT_EQ(RuleOf(listed.Find(Classes({1}, {0, 1}))), "label.allowed");
  EXPECT_FALSE(listed.Find(Classes({5}, {0, 1})));
}

TEST(OutputCheck, SaysWhenARuleIsAboutAnOutputThatIsNotThere) {
  const OutputCheck check(kPrices, {"price", 0}, false, {Rules("{prise: {min: 0}}"), {}});
  ASSERT_EQ(check.idle().size(), 1u);
  EXPECT_NE(check.idle()[0].find("Did you mean 'price'?"), std::string::npos) << check.idle()[0];
}

TEST(OutputRules, RefuseWhatNoValueMeets) {
  const auto refused = [](const std::string& text) {
    const auto rules = ParseOutputs(*ParseYaml("outputs: " + text, "cairn.yaml")->Find("outputs"));
    return rules ? "" : rules.error().message;
  };
  EXPECT_NE(refused("{price: {min: 2, max: 1}}").find("cairn.yaml:1:"), std::string::npos);
  EXPECT_NE(refused("{price: {most: 1}}").find("most"), std::string::npos);
  EXPECT_NE(refused("{price: {max: .inf}}"), "");
  EXPECT_NE(refused("{label: {allowed: [0, late]}}"), "");
  EXPECT_NE(refused("{label: {allowed: [0.5]}}"), "");
  EXPECT_NE(refused("{label: {allowed: []}}"), "");
  EXPECT_NE(refused("[price]"), "");
}

}  // namespace
}  // namespace cairn::serving
