#include <gtest/gtest.h>

#include <cstring>

#include "server/inference/infer_request.h"
#include "server/inference/tensor_bytes.h"
#include "server/inference/tensor_json.h"
#include "server/inference/testing/served.h"

namespace cairn::inference {
namespace {

using runtime::DataType;
using runtime::Tensor;
using TensorsTest = testing::ServedTest;

template <class T>
std::string BytesOf(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

std::string Read(DataType type, std::int64_t count, const std::string& bytes) {
  const auto read = ReadBinary("x", type, {count}, bytes);
  if (!read) return read.error().message;
  return Json::Array(serving::Values(*read).list()).Dump();
}

TEST(TensorBytesTest, EveryTypeIsReadAsItsValues) {
  EXPECT_EQ(Read(DataType::Bool, 2, BytesOf<std::uint8_t>({1, 0})), "[true,false]");
  EXPECT_EQ(Read(DataType::Uint8, 2, BytesOf<std::uint8_t>({0, 255})), "[0,255]");
  EXPECT_EQ(Read(DataType::Uint16, 1, BytesOf<std::uint16_t>({65535})), "[65535]");
  EXPECT_EQ(Read(DataType::Uint32, 1, BytesOf<std::uint32_t>({4294967295U})), "[4294967295]");
  EXPECT_EQ(Read(DataType::Uint64, 1, BytesOf<std::uint64_t>({1ULL << 62})), "[4611686018427387904]");
  EXPECT_EQ(Read(DataType::Int8, 1, BytesOf<std::int8_t>({-128})), "[-128]");
  EXPECT_EQ(Read(DataType::Int16, 1, BytesOf<std::int16_t>({-32768})), "[-32768]");
  EXPECT_EQ(Read(DataType::Int32, 1, BytesOf<std::int32_t>({-7})), "[-7]");
  EXPECT_EQ(Read(DataType::Int64, 1, BytesOf<std::int64_t>({INT64_MIN})), "[-9223372036854775808]");
  EXPECT_EQ(Read(DataType::Fp16, 3, BytesOf<std::uint16_t>({0x3E00, 0x7E00, 0x0001})),
            "[1.5,null,5.960464477539063e-08]");
  EXPECT_EQ(Read(DataType::Bf16, 1, BytesOf<std::uint16_t>({0xC020})), "[-2.5]");
  EXPECT_EQ(Read(DataType::Fp32, 1, BytesOf<float>({0.25F})), "[0.25]");
  EXPECT_EQ(Read(DataType::Fp64, 1, BytesOf<double>({-1e300})), "[-1e+300]");
  EXPECT_EQ(Read(DataType::Bytes, 2, std::string("\1\0\0\0a\0\0\0\0", 9)), R"(["a",""])");
}

TEST(TensorBytesTest, WhatDoesNotFitIsRefused) {
  EXPECT_NE(Read(DataType::Fp32, 2, BytesOf<float>({1})).find("'binary_data_size'"), std::string::npos);
  EXPECT_NE(Read(DataType::Bytes, 1, std::string("\2\0\0\0a", 5)).find("'binary_data_size'"),
            std::string::npos);
  EXPECT_NE(Read(DataType::Bytes, 1, std::string("\1\0\0\0\xff", 5)).find("UTF-8"), std::string::npos);
  EXPECT_EQ(Read(DataType::Uint64, 1, BytesOf<std::uint64_t>({1ULL << 63})),
            "Input 'x' holds 9223372036854775808, and whole numbers are taken up to 9223372036854775807");
}

TEST(TensorBytesTest, HalvesAreRoundedToTheNearest) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    Tensor tensor = Tensor::Of("x", DataType::Fp16, {1});
    std::memcpy(tensor.data.data(), &half, sizeof half);
    const double value = tensor.Number(0);
    if (value == value) {
      ASSERT_EQ(runtime::ToFp16(value), half) << bits;
    }
    tensor.type = DataType::Bf16;
    const double other = tensor.Number(0);
    if (other == other) {
      ASSERT_EQ(runtime::ToBf16(other), half) << bits;
    }
  }
  EXPECT_EQ(runtime::ToFp16(2049), 0x6800) << "half way: the even one";
  EXPECT_EQ(runtime::ToFp16(2051), 0x6802);
  EXPECT_EQ(runtime::ToFp16(65519), 0x7BFF);
  EXPECT_EQ(runtime::ToFp16(65520), 0x7C00);
  EXPECT_EQ(runtime::ToFp16(-1e9), 0xFC00);
  EXPECT_EQ(runtime::ToBf16(1.00390625), 0x3F80) << "half way: the even one";
}

TEST(TensorJsonTest, HalvesHaveNoForm) {
  const auto read = ReadElements("x", DataType::Fp16, {1}, *Json::Parse("[1.5]"));
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("send it binary"), std::string::npos);
}

TEST_F(TensorsTest, TakesARawTensorAndAnswersBinary) {
  Serve("regression.onnx", {"a", "b", "c"}, Unchecked());
  const std::string row = BytesOf<float>({0.857404828F, -1.33199811F, 0.24346788F});
  const auto raw = [&](const std::string& body) {
    return Post("/v2/models/late-arrival/infer", body, {{"Inference-Header-Content-Length", "0"}});
  };
  const auto response = raw(row + row);
  ASSERT_EQ(response.status, 200) << response.body;
  const auto length = std::stoul(std::string(response.headers.Get("Inference-Header-Content-Length")));
  const Json head = *Json::Parse(response.body.substr(0, length));
  EXPECT_EQ(head.At("outputs").items()[0].At("shape").Dump(), "[2,1]");
  ASSERT_EQ(response.body.size(), length + 8);
  float score = 0;
  std::memcpy(&score, response.body.data() + length, sizeof score);
  EXPECT_NEAR(score, Expected("regression.json").At("variable").items()[0].AsDouble(), 1e-5);
  EXPECT_EQ(raw(row.substr(1)).status, 400);
  EXPECT_EQ(raw("").status, 400);
}

TEST_F(TensorsTest, ARawTensorIsForModelsWithOneInput) {
  Serve("columns.onnx");
  const auto refused =
      Post("/v2/models/late-arrival/infer", "UA", {{"Inference-Header-Content-Length", "0"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(Parsed(refused).Text("error").find("has 3"), std::string::npos);
}

TEST_F(TensorsTest, RefusesExtensionsThatWouldChangeTheAnswer) {
  Serve("columns.onnx");
  for (
      const char* body : {
          R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","parameters":{"shared_memory_region":"r"}}]})",
          R"({"parameters":{"sequence_id":7},"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[1]}]})",
          R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[1]}],)"
          R"("outputs":[{"name":"probabilities","parameters":{"classification":2}}]})",
      }) {
    const auto refused = Infer(body);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_NE(Parsed(refused).Text("error").find("lacks that extension"), std::string::npos) << refused.body;
  }
}

TEST_F(TensorsTest, UnpacksABodyThatWasPacked) {
  Serve("regression.onnx", {"a", "b", "c"}, Unchecked());
  const std::string body = R"({"inputs":[{"name":"X","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]})";
  EXPECT_EQ(Post("/v2/models/late-arrival/infer", body, {{"Content-Encoding", "identity"}}).status, 200);
  EXPECT_EQ(Post("/v2/models/late-arrival/infer", body, {{"Content-Encoding", "gzip"}}).status, 400);
  EXPECT_EQ(Post("/v2/models/late-arrival/infer", body, {{"Content-Encoding", "br"}}).status, 501);
}

}  // namespace
}  // namespace cairn::inference
