#include "loop/runtime/merging.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace cairn::runtime {
namespace {

/// Two numbers in, one out; a test decides what becomes of the rows.
class RowsModel final : public Model {
 public:
  using Rule = std::function<std::vector<float>(std::span<const float> pairs)>;
  explicit RowsModel(Rule rule, std::int64_t rows = -1) : rule_(std::move(rule)) {
    signature_.inputs = {{"x", DataType::Fp32, {rows, 2}}};
    signature_.outputs = {{"y", DataType::Fp32, {rows, 1}}};
  }
  const Signature& signature() const override { return signature_; }
  Result<Batch> Run(const Batch& inputs) const override {
    const auto answers = rule_(inputs.tensors[0].As<float>());
    if (answers.empty()) return Error{Reason::Internal, "no answer"};
    return Batch{{Tensor::From<float>("y", {static_cast<std::int64_t>(answers.size()), 1}, answers)}};
  }

 private:
  Rule rule_;
  Signature signature_;
};

std::vector<float> Sums(std::span<const float> pairs) {
  std::vector<float> sums;
  for (std::size_t i = 0; i < pairs.size(); i += 2) sums.push_back(pairs[i] + pairs[i + 1]);
  return sums;
}

TEST(MergingTest, RowsThatKnowNothingOfEachOtherMayRunTogether) {
  const auto trial = TryMerging(RowsModel(Sums));
  EXPECT_EQ(trial.merging, Merging::Identical) << trial.why;
  EXPECT_GT(trial.row_ns, 0);
}

TEST(MergingTest, AnotherRoundingIsCloseAndNotIdentical) {
  const auto trial = TryMerging(RowsModel([](std::span<const float> pairs) {
    auto sums = Sums(pairs);
    if (sums.size() > 4)
      for (float& sum : sums) sum = std::nextafter(sum, 100.F);
    return sums;
  }));
  EXPECT_EQ(trial.merging, Merging::Close);
  EXPECT_NE(trial.why.find("5 rows together is rounded otherwise"), std::string::npos) << trial.why;
}

TEST(MergingTest, RowsThatDependOnTheirNeighboursMayNot) {
  const auto trial = TryMerging(RowsModel([](std::span<const float> pairs) {
    auto sums = Sums(pairs);
    for (float& sum : sums) sum /= static_cast<float>(sums.size());
    return sums;
  }));
  EXPECT_EQ(trial.merging, Merging::Different);
  EXPECT_NE(trial.why.find("another one"), std::string::npos) << trial.why;
}

TEST(MergingTest, AModelThatGivesOneRowForAllMayNot) {
  const auto trial = TryMerging(RowsModel([](std::span<const float>) { return std::vector{1.F}; }));
  EXPECT_EQ(trial.merging, Merging::Different);
}

TEST(MergingTest, AModelThatFailsOnWhatIsMadeUpOrTakesAFixedNumberMayNot) {
  EXPECT_EQ(TryMerging(RowsModel([](std::span<const float>) { return std::vector<float>(); })).merging,
            Merging::Different);
  EXPECT_EQ(TryMerging(RowsModel(Sums, 1)).why, "it does not take any number of rows");
}

Trial TrialOf(const std::string& name) {
  const auto model = Model::Load("src/loop/runtime/testdata/" + name);
  EXPECT_TRUE(model) << model.error().message;
  return model ? TryMerging(**model) : Trial{};
}

TEST(MergingTest, TreesRunByOnnxRuntimeAreIdentical) {
  const auto trial = TrialOf("boosting.onnx");
  EXPECT_EQ(trial.merging, Merging::Identical) << trial.why;
}

/// Its logistic function is another one for eight rows than for one: docs/decisions/0068.
TEST(MergingTest, ALogisticRegressionRunByOnnxRuntimeIsNoFurtherApartThanRounding) {
  const auto trial = TrialOf("columns.onnx");
  EXPECT_NE(trial.merging, Merging::Different) << trial.why;
}

}  // namespace
}  // namespace cairn::runtime
