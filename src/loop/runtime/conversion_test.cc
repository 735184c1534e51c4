#include "loop/runtime/conversion.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"

namespace cairn::runtime {
namespace {

std::string BytesOf(const std::string& name) { return *os::ReadFile("src/loop/runtime/testdata/" + name); }

std::shared_ptr<const Model> Loaded() {
  auto model = Model::Load("src/loop/runtime/testdata/regression.onnx");
  EXPECT_TRUE(model) << model.error().message;
  return *model;
}

/// The model of testdata, but for one row.
class Another final : public Model {
 public:
  explicit Another(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
  const Signature& signature() const override { return model_->signature(); }
  Result<Batch> Run(const Batch& inputs) const override {
    auto answer = model_->Run(inputs);
    if (answer && answer->tensors[0].rows() > 2) answer->tensors[0].As<float>()[2] += 0.5f;
    return answer;
  }

 private:
  const std::shared_ptr<const Model> model_;
};

Conversion Written(const Model& model, std::vector<std::string> files) {
  Conversion conversion;
  conversion.signature = model.signature();
  for (const auto& file : files) conversion.candidates.push_back({file, BytesOf(file)});
  return conversion;
}

NamedRows Rows(const Model& model, std::int64_t count) {
  const Port& port = model.signature().inputs[0];
  NamedRows named{"some rows", {{Tensor::Of(port.name, port.type, {count, port.shape[1]})}}};
  auto values = named.rows.tensors[0].As<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 17) / 8;
  return named;
}

TEST(ConversionTest, TheFirstThatAgreesIsTaken) {
  const auto model = Loaded();
  const auto proof =
      Prove(*model, Written(*model, {"boosting.onnx", "regression.onnx"}), {Rows(*model, 50)}, Tolerance{});
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof->candidate, 1u) << "the first takes and gives something else";
  ASSERT_EQ(proof->on.size(), 1u);
  EXPECT_EQ(proof->on[0].what, "some rows");
  EXPECT_EQ(proof->on[0].parity.rows, 50);
  EXPECT_EQ(proof->on[0].parity.largest, 0);
}

TEST(ConversionTest, OneThatDiffersIsRefusedWithTheRow) {
  const Another model(Loaded());
  const auto proof =
      Prove(model, Written(model, {"regression.onnx"}), {Rows(model, 2), Rows(model, 5)}, Tolerance{});
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().reason, Reason::Unprocessable);
  const std::string& said = proof.error().message;
  EXPECT_NE(said.find("of 5 rows (some rows) 1 differ; the first is row 2 ("), std::string::npos) << said;
  EXPECT_NE(said.find("the worker goes on serving the original"), std::string::npos) << said;
}

TEST(ConversionTest, WhatIsNoModelIsRefused) {
  const auto model = Loaded();
  Conversion conversion = Written(*model, {"regression.onnx"});
  conversion.candidates[0].onnx.resize(40);
  EXPECT_EQ(Prove(*model, conversion, {Rows(*model, 2)}, Tolerance{}).error().reason, Reason::Unprocessable);
}

TEST(ConversionTest, AnswersByTheOutputThatItsOriginalAnswersBy) {
  const auto model = Loaded();
  const std::string name = model->signature().outputs[0].name;
  const auto named = WithBare(model, name);
  EXPECT_EQ(named->signature().bare, name);
  EXPECT_EQ(named->signature().inputs[0].name, model->signature().inputs[0].name);
  EXPECT_EQ(named->Run(Rows(*model, 3).rows)->tensors[0].data,
            model->Run(Rows(*model, 3).rows)->tensors[0].data);
  EXPECT_EQ(WithBare(model, "another"), model);
  EXPECT_EQ(WithBare(model, ""), model);
}

TEST(ConversionTest, NothingIsProvenOnNoRow) {
  const auto model = Loaded();
  const auto proof = Prove(*model, Written(*model, {"regression.onnx"}), {}, Tolerance{});
  ASSERT_FALSE(proof);
  EXPECT_NE(proof.error().message.find("--on"), std::string::npos) << proof.error().message;
}

}  // namespace
}  // namespace cairn::runtime
