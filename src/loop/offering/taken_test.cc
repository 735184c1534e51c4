#include "loop/offering/taken.h"

#include <gtest/gtest.h>

namespace cairn::offering {
namespace {

constexpr const char* kModel = R"(flavors: {onnx: {data: model.onnx}}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "string", "name": "a:b", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
)";

TEST(TakenTest, ColumnsAndArraysAreReadAsMlflowWritesThem) {
  const auto taken = TakenBy(kModel);
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->inputs.size(), 2u);
  EXPECT_EQ(taken->inputs[0].name, "age");
  EXPECT_FALSE(taken->inputs[1].required);
  ASSERT_EQ(taken->outputs.size(), 1u);
  EXPECT_EQ(ToJson(taken->outputs[0]).Dump(),
            R"({"name":"","type":"float32","shape":[-1,2],"required":true})");
  EXPECT_TRUE(TakenBy("flavors: {}\n")->inputs.empty());
  EXPECT_TRUE(TakenBy("signature: {inputs: 'no JSON', outputs: null}\n")->inputs.empty());
  EXPECT_EQ(TakenBy("a: [").error().reason, Reason::Corrupt);
}

TEST(TakenTest, AColumnIsWantedByNameByTypeOrByBoth) {
  const auto taken = *TakenBy(kModel);
  for (const char* wanted : {"age", "age:double", ":double", "a:b", "a:b:string"})
    EXPECT_TRUE(HasColumn(taken.inputs, wanted)) << wanted;
  for (const char* wanted : {"age:long", ":long", "ag", "AGE", "a:string", "b"})
    EXPECT_FALSE(HasColumn(taken.inputs, wanted)) << wanted;
  EXPECT_TRUE(HasColumn(taken.outputs, ":float32"));
  EXPECT_FALSE(HasColumn(taken.outputs, "age"));
  EXPECT_TRUE(CheckWanted("age"));
  EXPECT_FALSE(CheckWanted(""));
  EXPECT_FALSE(CheckWanted(":"));
}

}  // namespace
}  // namespace cairn::offering
