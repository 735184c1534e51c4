#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ground/vocabulary/json.h"
#include "loop/runtime/tensor.h"
#include "server/inference/grpc/contents.h"
#include "server/inference/grpc/infer_codec.h"
#include "server/inference/grpc/rest.h"
#include "server/inference/infer_request.h"

namespace cairn::inference {
namespace {

using runtime::DataType;
using ::testing::HasSubstr;

using Input = oip::ModelInferRequest::InferInputTensor;

oip::ModelInferRequest Asked(const char* type, std::vector<std::int64_t> shape) {
  oip::ModelInferRequest request;
  request.set_model_name("late arrival");
  auto& input = *request.add_inputs();
  input.set_name("x");
  input.set_datatype(type);
  for (const std::int64_t size : shape) input.add_shape(size);
  return request;
}

Json HeadOf(const http::Request& request) {
  const auto length = std::stoul(std::string(request.headers.Get(kJsonLength)));
  auto json = Json::Parse(std::string_view(request.body).substr(0, length));
  EXPECT_TRUE(json) << request.body;
  return json ? *json : Json();
}

std::string BytesBehind(const http::Request& request) {
  return request.body.substr(std::stoul(std::string(request.headers.Get(kJsonLength))));
}

std::string Sentence(const oip::ModelInferRequest& request) {
  const auto rest = RestOf(request);
  if (rest) return "it was taken: " + rest->body;
  EXPECT_EQ(rest.error().reason, Reason::InvalidArgument);
  return rest.error().message;
}

template <class T>
std::string Raw(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(std::data(values)), values.size() * sizeof(T)};
}

TEST(GrpcCodec, ARawRequestBecomesTheBinaryFormOfRest) {
  auto request = Asked("FP32", {2, 1});
  request.set_model_version("3");
  request.set_id("order-7");
  request.add_raw_input_contents(Raw<float>({1.5F, -2}));
  request.add_outputs()->set_name("y");
  const auto rest = RestOf(request);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->method, "POST");
  EXPECT_EQ(rest->path, "/v2/models/late%20arrival/versions/3/infer");
  EXPECT_EQ(HeadOf(*rest),
            *Json::Parse(R"({"id":"order-7","parameters":{"binary_data_output":true},"inputs":[{"name":"x",
              "datatype":"FP32","shape":[2,1],"parameters":{"binary_data_size":8}}],"outputs":[{"name":"y"}]})"));
  EXPECT_EQ(BytesBehind(*rest), Raw<float>({1.5F, -2}));
}

TEST(GrpcCodec, ParametersGoAlongButForThoseThatSayHowTensorsTravel) {
  auto request = Asked("BOOL", {1});
  request.mutable_inputs(0)->mutable_contents()->add_bool_contents(true);
  auto& parameters = *request.mutable_parameters();
  parameters["priority"].set_uint64_param(18446744073709551615U);
  parameters["binary_data_output"].set_bool_param(false);
  auto& beside = *request.mutable_inputs(0)->mutable_parameters();
  beside["binary_data_size"].set_int64_param(99);
  beside["share"].set_double_param(0.25);
  beside["tenant"].set_string_param("a \"b\"");
  (*request.add_outputs()->mutable_parameters())["classification"].set_int64_param(2);
  const auto rest = RestOf(request);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_THAT(rest->body, HasSubstr("\"priority\":18446744073709551615"));
  EXPECT_THAT(rest->body, HasSubstr("\"binary_data_output\":true"));
  const Json input = HeadOf(*rest).At("inputs").items().at(0);
  EXPECT_EQ(input.At("parameters").Int("binary_data_size"), 1);
  EXPECT_EQ(input.At("parameters").Double("share"), 0.25);
  EXPECT_EQ(input.At("parameters").Text("tenant"), "a \"b\"");
  EXPECT_EQ(HeadOf(*rest).At("outputs").items().at(0).At("parameters").Int("classification"), 2);
}

TEST(GrpcCodec, TheTimeToTheDeadlineIsTheTimeoutUnlessTheCallersOwnIsShorter) {
  const auto timeout = [](auto fill, std::int64_t within) {
    auto request = Asked("BOOL", {1});
    request.mutable_inputs(0)->mutable_contents()->add_bool_contents(true);
    fill(*request.mutable_parameters());
    const auto rest = RestOf(request, within);
    EXPECT_TRUE(rest);
    return HeadOf(*rest).At("parameters").Int("timeout", -1);
  };
  const auto none = [](auto&) {};
  EXPECT_EQ(timeout(none, 0), -1);
  EXPECT_EQ(timeout(none, 250), 250);
  EXPECT_EQ(timeout([](auto& given) { given["timeout"].set_int64_param(100); }, 250), 100);
  EXPECT_EQ(timeout([](auto& given) { given["timeout"].set_uint64_param(900); }, 250), 250);
  EXPECT_EQ(timeout([](auto& given) { given["timeout"].set_int64_param(0); }, 250), 250);
  EXPECT_EQ(timeout([](auto& given) { given["timeout"].set_int64_param(900); }, 0), 900);
}

TEST(GrpcCodec, TypedContentsAreTheBytesOfTheirType) {
  const auto bytes = [](const char* type, auto fill) {
    auto request = Asked(type, {2});
    fill(*request.mutable_inputs(0)->mutable_contents());
    const auto packed = BytesOf(request.inputs(0));
    EXPECT_TRUE(packed) << type << ": " << packed.error().message;
    oip::InferTensorContents back;
    EXPECT_TRUE(PutContents(*runtime::DataTypeNamed(type), *packed, back));
    EXPECT_EQ(back.SerializeAsString(), request.inputs(0).contents().SerializeAsString()) << type;
    return *packed;
  };
  const auto whole = [](auto& contents) {
    contents.add_int_contents(-1);
    contents.add_int_contents(100);
  };
  const auto positive = [](auto& contents) {
    contents.add_uint_contents(255);
    contents.add_uint_contents(0);
  };
  EXPECT_EQ(bytes("INT8", whole), Raw<std::int8_t>({-1, 100}));
  EXPECT_EQ(bytes("INT16", whole), Raw<std::int16_t>({-1, 100}));
  EXPECT_EQ(bytes("INT32", whole), Raw<std::int32_t>({-1, 100}));
  EXPECT_EQ(bytes("UINT8", positive), Raw<std::uint8_t>({255, 0}));
  EXPECT_EQ(bytes("UINT16", positive), Raw<std::uint16_t>({255, 0}));
  EXPECT_EQ(bytes("UINT32", positive), Raw<std::uint32_t>({255, 0}));
  EXPECT_EQ(bytes("INT64", [](auto& c) { c.add_int64_contents(-(std::int64_t{1} << 53)); }),
            Raw<std::int64_t>({-(std::int64_t{1} << 53)}));
  EXPECT_EQ(bytes("UINT64", [](auto& c) { c.add_uint64_contents(~std::uint64_t{0}); }),
            Raw<std::uint64_t>({~std::uint64_t{0}}));
  EXPECT_EQ(bytes("FP32", [](auto& c) { c.add_fp32_contents(0.1F); }), Raw<float>({0.1F}));
  EXPECT_EQ(bytes("FP64", [](auto& c) { c.add_fp64_contents(0.1); }), Raw<double>({0.1}));
  EXPECT_EQ(bytes("BOOL", [](auto& c) { c.add_bool_contents(true); }), std::string("\1"));
  EXPECT_EQ(bytes("BYTES", [](auto& c) { c.add_bytes_contents("ab"), c.add_bytes_contents(""); }),
            std::string("\2\0\0\0ab\0\0\0\0", 10));
}

TEST(GrpcCodec, ContentsThatAreNotTheTypesAreRefused) {
  auto narrow = Asked("INT8", {1});
  narrow.mutable_inputs(0)->mutable_contents()->add_int_contents(128);
  EXPECT_EQ(Sentence(narrow), "Input 'x': 128 is no INT8");
  auto other = Asked("FP32", {1});
  other.mutable_inputs(0)->mutable_contents()->add_fp64_contents(1);
  EXPECT_EQ(Sentence(other), "Input 'x': the contents of FP32 are 'fp32_contents' alone");
  other.mutable_inputs(0)->mutable_contents()->add_fp32_contents(1);
  EXPECT_EQ(Sentence(other), "Input 'x': the contents of FP32 are 'fp32_contents' alone");
  for (const char* half : {"FP16", "BF16"})
    EXPECT_THAT(Sentence(Asked(half, {1})), HasSubstr("has no contents; send it in 'raw_input_contents'"));
}

TEST(GrpcCodec, RawAndTypedContentsAreNotMixed) {
  auto mixed = Asked("FP32", {1});
  mixed.mutable_inputs(0)->mutable_contents()->add_fp32_contents(1);
  mixed.add_raw_input_contents(Raw<float>({1}));
  EXPECT_THAT(Sentence(mixed), HasSubstr("send one of them"));
  auto more = Asked("FP32", {1});
  more.add_raw_input_contents(Raw<float>({1}));
  more.add_raw_input_contents(Raw<float>({1}));
  EXPECT_EQ(Sentence(more), "The request has 1 inputs and 2 'raw_input_contents'");
}

TEST(GrpcCodec, ATensorHoldsAsManyElementsAsItsShapeSays) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{2}, {1, 2}, {std::int64_t{1} << 61, 1}}) {
    auto request = Asked("FP64", shape);
    request.add_raw_input_contents(Raw<double>({1}));
    EXPECT_THAT(Sentence(request), HasSubstr("its contents are 8 bytes"));
  }
  auto part = Asked("FP64", {1});
  part.add_raw_input_contents("1234567");
  EXPECT_EQ(Sentence(part), "Input 'x': its shape takes 1 elements of 8 bytes, and its contents are 7 bytes");
}

TEST(GrpcCodec, ANameWithoutLettersNamesNoModel) {
  oip::ModelInferRequest request;
  const auto rest = RestOf(request);
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().reason, Reason::NotFound);
  EXPECT_EQ(rest.error().message, "Request for unknown model: '' is not found");
  EXPECT_EQ(*PathOfModel("a/b", "1 2"), "/v2/models/a%2Fb/versions/1%202");
}

http::Response Answer(const std::string& head, const std::string& binary) {
  auto response = http::Response::Text(200, head + binary, "application/octet-stream");
  response.headers.Add(std::string(kJsonLength), std::to_string(head.size()));
  return response;
}

TEST(GrpcCodec, AnAnswerHasTheFormOfItsQuestion) {
  const auto answer = Answer(
      R"({"id":"7","model_name":"m","model_version":"3","parameters":{"prediction_id":"7","arm":"canary"},
       "outputs":[{"name":"a","datatype":"INT64","shape":[1],"parameters":{"binary_data_size":8}},
                  {"name":"b","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]})",
      Raw<std::int64_t>({-5}) + std::string("\1\0\0\0z", 5));
  auto raw = Asked("FP32", {1});
  raw.add_raw_input_contents(Raw<float>({1}));
  oip::ModelInferResponse response;
  ASSERT_TRUE(Put(answer, raw, response));
  EXPECT_EQ(response.id() + response.model_name() + response.model_version(), "7m3");
  EXPECT_EQ(response.parameters().at("arm").string_param(), "canary");
  ASSERT_EQ(response.raw_output_contents_size(), 2);
  EXPECT_EQ(response.raw_output_contents(0), Raw<std::int64_t>({-5}));
  EXPECT_EQ(response.outputs(0).parameters_size(), 0);
  EXPECT_FALSE(response.outputs(0).has_contents());
  oip::ModelInferResponse typed;
  ASSERT_TRUE(Put(answer, Asked("FP32", {1}), typed));
  EXPECT_EQ(typed.raw_output_contents_size(), 0);
  EXPECT_EQ(typed.outputs(0).contents().int64_contents(0), -5);
  EXPECT_EQ(typed.outputs(1).contents().bytes_contents(0), "z");
}

TEST(GrpcCodec, OutputsOfHalfPrecisionComeRawWhateverWasSent) {
  const auto answer = Answer(
      R"({"model_name":"m","outputs":[{"name":"a","datatype":"FP16","shape":[1],"parameters":{"binary_data_size":2}}]})",
      "ab");
  oip::ModelInferResponse response;
  ASSERT_TRUE(Put(answer, Asked("FP32", {1}), response));
  EXPECT_EQ(response.raw_output_contents(0), "ab");
}

TEST(GrpcCodec, AnAnswerCutShortIsCorrupt) {
  const auto answer = Answer(
      R"({"model_name":"m","outputs":[{"name":"a","datatype":"FP16","shape":[1],"parameters":{"binary_data_size":2}}]})",
      "a");
  oip::ModelInferResponse response;
  const auto put = Put(answer, Asked("FP32", {1}), response);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().reason, Reason::Corrupt);
}

TEST(GrpcStatus, ARefusalKeepsItsSentenceUnderTheCodeOfTheSameName) {
  const auto code = [](int status) {
    const auto refused = StatusOf(http::Response::Json(status, R"({"error":"no."})"));
    EXPECT_EQ(refused.error_message(), "no.");
    return refused.error_code();
  };
  EXPECT_EQ(code(400), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code(401), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code(403), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(code(404), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code(413), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(code(422), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code(500), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(code(501), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(code(503), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(code(504), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(code(507), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(StatusOf(http::Response::Json(200, std::string("{}"))).ok());
}

TEST(GrpcStatus, PeersAreWrittenAsHttpWritesThem) {
  EXPECT_EQ(PeerOf("ipv4:127.0.0.1:50312"), "127.0.0.1:50312");
  EXPECT_EQ(PeerOf("ipv6:%5B::1%5D:50312"), "[::1]:50312");
}

}  // namespace
}  // namespace cairn::inference
