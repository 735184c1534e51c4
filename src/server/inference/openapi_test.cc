#include "server/inference/openapi.h"

#include <gtest/gtest.h>

#include "server/inference/testing/served.h"

namespace cairn::inference {
namespace {

using OpenApiTest = testing::ServedTest;

TEST_F(OpenApiTest, SaysWhatTheModelAndTheContractTake) {
  Serve("columns.onnx");
  const auto response = Get("/v2/models/late-arrival/openapi.json");
  ASSERT_EQ(response.status, 200);
  const Json document = Parsed(response);
  EXPECT_EQ(document.Text("openapi"), "3.1.0");
  EXPECT_EQ(document.At("info").Text("version"), "3");
  EXPECT_TRUE(document.At("paths").Find("/v2/models/late-arrival/infer"));
  EXPECT_TRUE(document.At("paths").Find("/invocations"));
  const Json& row = document.At("components").At("schemas").At("Row");
  EXPECT_EQ(row.At("required").Dump(), R"(["carrier","hour","distance"])");
  EXPECT_EQ(row.At("properties").At("hour").Dump(), R"({"type":"integer","minimum":0,"maximum":23})");
  EXPECT_EQ(row.At("properties").At("carrier").At("enum").Dump(), R"(["AA","UA","B6","DL","ZZ"])");
  EXPECT_EQ(row.At("properties").At("distance").At("type").Dump(), R"(["number","null"])");
  EXPECT_TRUE(row.At("properties").Find("at")) << "a column of the contract may come along";
  EXPECT_FALSE(row.At("properties").Find("late")) << "a label is no input";
  EXPECT_EQ(row.At("additionalProperties"), Json(false));
}

TEST_F(OpenApiTest, AVersionHasADocumentOfItsOwnWithoutMlflowsCalls) {
  Serve("boosting.onnx", {}, Unchecked());
  const Json document = Parsed(Get("/v2/models/late-arrival/versions/3/openapi.json"));
  EXPECT_TRUE(document.At("paths").Find("/v2/models/late-arrival/versions/3/infer"));
  EXPECT_FALSE(document.At("paths").Find("/invocations"));
  const Json& inputs =
      document.At("components").At("schemas").At("InferRequest").At("properties").At("inputs");
  EXPECT_EQ(inputs.At("items").At("oneOf").items()[0].At("properties").At("datatype").Text("const"), "FP32");
  EXPECT_EQ(Get("/v2/models/nope/openapi.json").status, 404);
}

}  // namespace
}  // namespace cairn::inference
