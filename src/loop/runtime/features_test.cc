#include "loop/runtime/features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ground/os/files.h"
#include "ground/tables/table.h"
#include "ground/vocabulary/json.h"
#include "loop/runtime/scores.h"

namespace cairn::runtime {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Signature Of(std::vector<Port> inputs) { return {std::move(inputs), {}}; }

const Signature& ByColumns() {
  static const auto signature = Of({{"carrier", DataType::Bytes, {-1, 1}},
                                    {"hour", DataType::Int64, {-1, 1}},
                                    {"distance", DataType::Fp32, {-1, 1}}});
  return signature;
}

Features Row(Features::Texts carrier, Features::Column hour, Features::Numbers distance) {
  Features features;
  EXPECT_TRUE(features.Add({"carrier", std::move(carrier), {}}));
  EXPECT_TRUE(features.Add(std::move(hour)));
  EXPECT_TRUE(features.Add({"distance", std::move(distance), {}}));
  return features;
}

TEST(BinderTest, GivesEachInputItsColumn) {
  const auto binder = Binder::For(ByColumns());
  ASSERT_TRUE(binder) << binder.error().message;
  const auto batch =
      binder->Bind(Row({"UA", "AA"}, {"hour", Features::Numbers{5, 6}, {}}, {1.5, kNone}), Extra::Refuse);
  ASSERT_TRUE(batch) << batch.error().message;
  EXPECT_EQ(batch->tensors[0].texts, (std::vector<std::string>{"UA", "AA"}));
  EXPECT_EQ(batch->tensors[1].As<std::int64_t>()[1], 6);
  EXPECT_EQ(batch->tensors[2].shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_TRUE(std::isnan(batch->tensors[2].As<float>()[1]));
  EXPECT_TRUE(Matches(ByColumns(), *batch));
}

TEST(BinderTest, NamesTheColumnThatDoesNotFit) {
  const auto binder = *Binder::For(ByColumns());
  const auto fault = [&](const Features& features, Extra extra = Extra::Refuse) {
    const auto batch = binder.Bind(features, extra);
    EXPECT_FALSE(batch);
    if (batch) return std::string();
    EXPECT_EQ(batch.error().reason, Reason::Unprocessable);
    return batch.error().message;
  };
  EXPECT_EQ(fault({}), "Column 'carrier' is missing.");
  EXPECT_EQ(fault(Row({"UA"}, {"hours", Features::Wholes{5}, {}}, {1})),
            "Column 'hours' is none that the model takes. Did you mean 'hour'?");
  EXPECT_EQ(fault(Row({"UA"}, {"hours", Features::Wholes{5}, {}}, {1}), Extra::Ignore),
            "Column 'hour' is missing.");
  EXPECT_EQ(fault(Row({"UA"}, {"hour", Features::Texts{"5"}, {}}, {1})),
            "Column 'hour' holds text, and the model takes whole numbers there.");
  EXPECT_EQ(fault(Row({"UA"}, {"hour", Features::Numbers{5.5}, {}}, {1})),
            "Column 'hour' holds 5.5 in row 1, and the model takes whole numbers there.");
  EXPECT_EQ(fault(Row({"UA", "AA"}, {"hour", Features::Wholes{5, 0}, {0, 1}}, {1, 2})),
            "Column 'hour' has no value in row 2, and the model needs one there.");
  EXPECT_EQ(fault(Row({"UA"}, {"hour", Features::Numbers{kNone}, {}}, {1})),
            "Column 'hour' has no value in row 1, and the model needs one there.");
  Features features;
  ASSERT_TRUE(features.Add({"carrier", Features::Wholes{1}, {}}));
  EXPECT_EQ(fault(features), "Column 'carrier' holds whole numbers, and the model takes text there.");
}

TEST(BinderTest, PutsColumnsSideBySideInTheOrderOfTheNames) {
  const auto signature = Of({{"X", DataType::Fp32, {-1, 2}}});
  const auto binder = Binder::For(signature, {"b", "a"});
  ASSERT_TRUE(binder) << binder.error().message;
  Features features;
  ASSERT_TRUE(features.Add({"a", Features::Wholes{1, 2}, {}}));
  ASSERT_TRUE(features.Add({"b", Features::Numbers{3, 4}, {0, 1}}));
  const auto batch = binder->Bind(features, Extra::Refuse);
  ASSERT_TRUE(batch) << batch.error().message;
  const auto values = batch->tensors[0].As<float>();
  EXPECT_EQ(values[0], 3);
  EXPECT_EQ(values[1], 1);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], 2);
  EXPECT_EQ(Binder::For(signature).error().reason, Reason::Unprocessable);
  EXPECT_EQ(Binder::For(signature, {"a"}).error().reason, Reason::Unprocessable);
  EXPECT_EQ(Binder::For(Of({{"X", DataType::Fp32, {-1, 2}}, {"Y", DataType::Fp32, {-1, 1}}})).error().reason,
            Reason::Unsupported);
}

TEST(BinderTest, TakesOneColumnUnderEitherName) {
  const auto signature = Of({{"X", DataType::Fp64, {-1, 1}}});
  Features features;
  ASSERT_TRUE(features.Add({"delay", Features::Numbers{2.5}, {}}));
  EXPECT_EQ(Binder::For(signature, {"delay"})->Bind(features, Extra::Refuse)->tensors[0].As<double>()[0],
            2.5);
  EXPECT_EQ(Binder::For(signature)->names(), std::vector<std::string>{"X"});
}

TEST(BinderTest, RefusesWholeNumbersOutOfTheInputsRange) {
  const auto bind = [](DataType type, std::int64_t value) {
    Features features;
    EXPECT_TRUE(features.Add({"n", Features::Wholes{value}, {}}));
    return static_cast<bool>(Binder::For(Of({{"n", type, {-1}}}))->Bind(features, Extra::Refuse));
  };
  EXPECT_TRUE(bind(DataType::Int8, -128));
  EXPECT_FALSE(bind(DataType::Int8, 128));
  EXPECT_FALSE(bind(DataType::Uint64, -1));
  EXPECT_TRUE(bind(DataType::Uint8, 255));
  EXPECT_FALSE(bind(DataType::Bool, 2));
  EXPECT_TRUE(bind(DataType::Int64, std::numeric_limits<std::int64_t>::min()));
}

TEST(FeaturesTest, RefusesColumnsThatDoNotLineUp) {
  Features features;
  ASSERT_TRUE(features.Add({"a", Features::Wholes{1, 2}, {}}));
  EXPECT_FALSE(features.Add({"a", Features::Wholes{1, 2}, {}}));
  EXPECT_FALSE(features.Add({"b", Features::Wholes{1}, {}}));
  EXPECT_FALSE(features.Add({"c", Features::Wholes{1, 2}, {1}}));
}

TEST(FeaturesTest, OfATableScoreAsScikitLearnDoes) {
  const auto expected = *Json::Parse(*os::ReadFile("src/loop/runtime/testdata/columns.json"));
  tables::Column carrier("carrier", tables::Type::Text), hour("hour", tables::Type::Int),
      distance("distance", tables::Type::Double), target("late", tables::Type::Bool);
  for (std::size_t row = 0; row < expected.At("labels").items().size(); ++row) {
    carrier.Push(expected.At("carrier").items()[row].AsString());
    hour.Push(expected.At("hour").items()[row].AsInt());
    distance.Push(expected.At("distance").items()[row].AsDouble());
    target.PushNull();
  }
  const auto model = *Model::Load("src/loop/runtime/testdata/columns.onnx");
  const auto batch =
      Binder::For(model->signature())
          ->Bind(Features::Of(tables::Table({target, carrier, distance, hour})), Extra::Ignore);
  ASSERT_TRUE(batch) << batch.error().message;
  const auto scores = Scores(*model->Run(*batch), *ScoreOf(model->signature()));
  ASSERT_TRUE(scores);
  for (std::size_t row = 0; row < scores->size(); ++row)
    EXPECT_NEAR((*scores)[row], expected.At("probabilities").items()[row].items()[1].AsDouble(), 1e-5);
}

}  // namespace
}  // namespace cairn::runtime
