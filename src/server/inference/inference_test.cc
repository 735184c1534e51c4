#include <gtest/gtest.h>

#include <cstring>

#include "ground/vocabulary/text.h"
#include "server/inference/lenient.h"
#include "server/inference/testing/served.h"

namespace cairn::inference {
namespace {

using serving::testing::TestService;
using InferenceTest = testing::ServedTest;

constexpr const char* kOneFlight =
    R"({"dataframe_split":{"columns":["carrier","hour","distance"],"data":[["UA",0,1001.2968613812892]]}})";

TEST_F(InferenceTest, DescribesServerAndModel) {
  Serve("columns.onnx");
  EXPECT_EQ(Get("/v2").status, 200);
  EXPECT_EQ(Parsed(Get("/v2")).Text("version"), "1.2.3");
  EXPECT_EQ(Parsed(Get("/v2")).At("extensions").items()[0], Json("binary_tensor_data"));
  EXPECT_EQ(Get("/v2/health/live").status, 200);
  EXPECT_EQ(Get("/v2/health/ready").status, 200);
  EXPECT_EQ(Get("/v2/models/late-arrival/ready").status, 200);
  EXPECT_EQ(Get("/v2/models/late-arrival/versions/3/ready").status, 200);
  const Json about = Parsed(Get("/v2/models/late-arrival"));
  EXPECT_EQ(about.At("versions").Dump(), R"(["3"])");
  EXPECT_EQ(about.At("inputs").items()[0].Dump(), R"({"name":"carrier","datatype":"BYTES","shape":[-1,1]})");
  EXPECT_EQ(Parsed(Get("/v2/models/late-arrival/versions/3")).At("outputs").items().size(), 2u);
}

TEST_F(InferenceTest, AnswersUnknownNamesAsTritonDoes) {
  Serve("columns.onnx");
  const auto unknown = Get("/v2/models/nope");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, R"({"error":"Request for unknown model: 'nope' is not found"})");
  EXPECT_EQ(Post("/v2/models/nope/infer", "{}").status, 404);
  EXPECT_EQ(Get("/v2/models/late-arrival/versions/9").body,
            R"({"error":"Request for unknown model: 'late-arrival' version 9 is not found"})");
  EXPECT_EQ(Get("/v2/models/nope/ready").status, 400);
  EXPECT_EQ(Get("/v2/models/nope/ready").body, R"({"error":"Model version not ready"})");
  EXPECT_EQ(Get("/v2/nowhere").body, R"({"error":"Not Found"})");
  EXPECT_EQ(Get("/v2/nowhere").status, 404);
  EXPECT_EQ(Get("/v2/models/late-arrival/infer").status, 405);
}

TEST_F(InferenceTest, InfersFromColumnsAsTheModelItselfDoes) {
  Serve("columns.onnx");
  const Json expected = Expected("columns.json");
  const std::size_t rows = expected.At("labels").items().size();
  const auto response =
      Infer(R"({"id":"mine","inputs":[)" + Column("distance", "FP32", expected.At("distance").Dump(), rows) +
            "," + Column("carrier", "BYTES", expected.At("carrier").Dump(), rows) + "," +
            Column("hour", "INT64", expected.At("hour").Dump(), rows) + "]}");
  ASSERT_EQ(response.status, 200) << response.body;
  const Json answer = Parsed(response);
  EXPECT_EQ(answer.Text("id"), "mine");
  EXPECT_EQ(answer.Text("model_version"), "3");
  EXPECT_EQ(Named(answer.At("outputs"), "label").At("data"), expected.At("labels"));
  const Json probabilities = Named(answer.At("outputs"), "probabilities");
  EXPECT_EQ(probabilities.At("shape").Dump(), "[" + std::to_string(rows) + ",2]");
  for (std::size_t row = 0; row < rows; ++row)
    EXPECT_NEAR(probabilities.At("data").items()[2 * row + 1].AsDouble(),
                expected.At("probabilities").items()[row].items()[1].AsDouble(), 1e-5);
  EXPECT_EQ(response.headers.Get("X-Cairn-Prediction-Id"), "mine");
  EXPECT_EQ(response.headers.Get("X-Cairn-Model-Version"), "3");
  EXPECT_EQ(response.headers.Get("X-Cairn-Arm"), "production");
  EXPECT_EQ(test_.Logged()[0].id, "mine");
}

TEST_F(InferenceTest, InfersFromAMatrixFlatOrNestedAndGivesOnlyWhatWasAskedFor) {
  Serve("boosting.onnx", {}, Unchecked());
  const Json expected = Expected("boosting.json");
  const std::string rows = expected.At("rows").Dump();
  const auto response = Infer(R"({"inputs":[{"name":"X","shape":[32,10],"datatype":"FP32","data":)" + rows +
                              R"(}],"outputs":[{"name":"label"}]})");
  ASSERT_EQ(response.status, 200) << response.body;
  const Json answer = Parsed(response);
  ASSERT_EQ(answer.At("outputs").items().size(), 1u);
  EXPECT_EQ(answer.At("outputs").items()[0].At("data"), expected.At("labels"));
  EXPECT_EQ(test_.Logged()[0].inputs.size(), 10u);
  EXPECT_EQ(
      Infer(R"({"inputs":[{"name":"X","shape":[1,10],"datatype":"FP32","data":[1,2,3,4,5,6,7,8,9,10]}]})")
          .status,
      200);
  EXPECT_EQ(
      Infer(R"({"inputs":[{"name":"X","shape":[1,9],"datatype":"FP32","data":[1,2,3,4,5,6,7,8,9]}]})").status,
      400);
}

TEST_F(InferenceTest, SpeaksBinaryBothWays) {
  Serve("boosting.onnx", {}, Unchecked());
  const Json expected = Expected("boosting.json");
  std::string bytes;
  for (const Json& row : expected.At("rows").items())
    for (const Json& value : row.items()) {
      const auto number = static_cast<float>(value.AsDouble());
      bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
  const std::string json =
      R"({"inputs":[{"name":"X","shape":[32,10],"datatype":"FP32","parameters":{"binary_data_size":1280}}],)"
      R"("parameters":{"binary_data_output":true},"outputs":[{"name":"probabilities"},)"
      R"({"name":"label","parameters":{"binary_data":false}}]})";
  const auto response = Post("/v2/models/late-arrival/infer", json + bytes,
                             {{"Inference-Header-Content-Length", std::to_string(json.size())}});
  ASSERT_EQ(response.status, 200) << response.body;
  const auto length =
      static_cast<std::size_t>(*ParseInt(response.headers.Get("Inference-Header-Content-Length")));
  const Json head = *Json::Parse(std::string_view(response.body).substr(0, length));
  EXPECT_EQ(head.At("outputs").items()[0].At("parameters").Int("binary_data_size"), 32 * 2 * 4);
  EXPECT_EQ(head.At("outputs").items()[1].At("data"), expected.At("labels"));
  ASSERT_EQ(response.body.size(), length + 32 * 2 * 4);
  for (std::size_t row = 0; row < 32; ++row) {
    float score = 0;
    std::memcpy(&score, response.body.data() + length + row * 8 + 4, sizeof score);
    EXPECT_NEAR(score, expected.At("probabilities").items()[row].items()[1].AsDouble(), 1e-5);
  }
  EXPECT_EQ(Post("/v2/models/late-arrival/infer", json + bytes.substr(4),
                 {{"Inference-Header-Content-Length", std::to_string(json.size())}})
                .status,
            400);
}

TEST_F(InferenceTest, TakesBinaryTexts) {
  Serve("columns.onnx");
  const std::string json =
      R"({"inputs":[{"name":"carrier","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":12}},)" +
      Column("hour", "INT64", "[1,2]", 2) + "," + Column("distance", "FP32", "[100,null]", 2) + "]}";
  const std::string texts("\2\0\0\0UA\2\0\0\0B6", 12);
  const auto response = Post("/v2/models/late-arrival/infer", json + texts,
                             {{"Inference-Header-Content-Length", std::to_string(json.size())}});
  EXPECT_EQ(test_.Logged().size(), 1u) << response.body;
  EXPECT_EQ(test_.Logged()[0].inputs[0].second[1], Json("B6"));
}

TEST_F(InferenceTest, RefusesBrokenRequestsWithASentence) {
  Serve("columns.onnx");
  const auto refused = [&](const std::string& body, int status) {
    const auto response = Infer(body);
    EXPECT_EQ(response.status, status) << body << " → " << response.body;
    EXPECT_FALSE(Parsed(response).Text("error").empty());
    return Parsed(response).Text("error");
  };
  refused("{", 400);
  refused("[]", 400);
  refused(R"({"inputs":{}})", 400);
  refused(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[1,2]}]})", 400);
  refused(R"({"inputs":[{"name":"hour","shape":[-1],"datatype":"INT64","data":[1]}]})", 400);
  refused(R"({"inputs":[{"name":"hour","shape":[9999999,999999],"datatype":"INT64","data":[1]}]})", 413);
  refused(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT65","data":[1]}]})", 400);
  refused(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":["x"]}]})", 400);
  EXPECT_EQ(refused(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"FP32","data":[1]}]})", 400),
            "inference input 'hour' data-type is 'FP32', but model 'late-arrival' expects 'INT64'");
  refused(
      R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[1]}],"outputs":[{"name":"price"}]})",
      400);
  EXPECT_EQ(refused(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[1]}]})", 422),
            "Column 'carrier' is missing.");
  EXPECT_EQ(refused(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[99]}]})", 422),
            "Column 'hour' in row 1 is 99, above the maximum 23.");
  EXPECT_TRUE(test_.Logged().empty());
}

TEST_F(InferenceTest, TakesEachFormOfAScoringRequest) {
  Serve("columns.onnx");
  const Json expected = Expected("columns.json");
  const double score = expected.At("probabilities").items()[1].items()[1].AsDouble();
  for (
      const std::string& body :
      {std::string(kOneFlight),
       std::string(R"({"dataframe_records":[{"hour":0,"carrier":"UA","distance":1001.2968613812892}]})"),
       std::string(R"({"instances":[{"hour":0,"carrier":"UA","distance":1001.2968613812892}]})"),
       std::string(
           R"({"inputs":{"carrier":["UA"],"hour":[[0]],"distance":[1001.2968613812892]},"params":{"a":1}})")}) {
    const auto response = Invoke(body);
    ASSERT_EQ(response.status, 200) << body << " → " << response.body;
    const Json predictions = Parsed(response).At("predictions");
    EXPECT_EQ(predictions.At("label").items()[0], expected.At("labels").items()[1]);
    EXPECT_NEAR(predictions.At("probabilities").items()[0].items()[1].AsDouble(), score, 1e-5) << body;
    EXPECT_FALSE(response.headers.Get("X-Cairn-Prediction-Id").empty());
  }
  const auto csv = Invoke("carrier,hour,distance,at\n\"UA\",0,1001.2968613812892,2013-01-01\r\nB6,3,100,\n",
                          "text/csv; charset=UTF-8");
  ASSERT_EQ(csv.status, 200) << csv.body;
  EXPECT_NEAR(Parsed(csv).At("predictions").At("probabilities").items()[0].items()[1].AsDouble(), score,
              1e-5);
  EXPECT_TRUE(test_.Logged().back().inputs[0].second[1].IsNull());
}

TEST_F(InferenceTest, ReadsCsvAsPandasDoes) {
  Serve("columns.onnx");
  const auto csv = Invoke(
      "\xEF\xBB\xBF"
      "carrier,hour,distance\n\n UA,0,\"NA\"\n\nAA, 7 ,null\n",
      "text/csv");
  EXPECT_EQ(csv.status, 422) << csv.body;  // " UA" keeps its space, and is no carrier of the contract
  ASSERT_EQ(Invoke("carrier,hour,distance\nUA,0,NA\n\nAA, 7 ,\"nan\"\n", "text/csv").status, 200);
  const auto logged = test_.Logged().back();
  EXPECT_EQ(logged.inputs[2].second[1], Json(7));
  EXPECT_TRUE(logged.inputs[1].second[0].IsNull() && logged.inputs[1].second[1].IsNull());
  EXPECT_EQ(Invoke("carrier,hour,distance\nNA,0,100\n", "text/csv").status, 422) << "a text too is none";
}

TEST_F(InferenceTest, TakesATableWithoutNamesInTheModelsOrder) {
  Serve("columns.onnx");
  const auto named = Invoke(kOneFlight);
  const auto bare = Invoke(R"({"dataframe_split":{"index":[7],"data":[["UA",0,1001.2968613812892]]}})");
  ASSERT_EQ(bare.status, 200) << bare.body;
  EXPECT_EQ(Parsed(bare).At("predictions"), Parsed(named).At("predictions"));
  EXPECT_EQ(Invoke(R"({"dataframe_split":{"data":[["UA",0]]}})").status, 400);
  EXPECT_EQ(Invoke(R"({"dataframe_split":{"rows":[],"data":[]}})").status, 400);
}

TEST_F(InferenceTest, AnswersATableByRecordsWhereEveryOutputHasOneValueARow) {
  Serve("regression.onnx", {"a", "b", "c"}, Unchecked());
  const Json expected = Expected("regression.json");
  const auto table = Invoke(
      R"({"dataframe_split":{"columns":["c","b","a"],"data":[[0.24346788227558136,-1.3319981098175049,0.8574048280715942]]}})");
  EXPECT_NEAR(Parsed(table).At("predictions").items()[0].Double("variable"),
              expected.At("variable").items()[0].AsDouble(), 1e-5);
  const auto tensors = Invoke(R"({"inputs":)" + expected.At("rows").Dump() + "}");
  EXPECT_NEAR(Parsed(tensors).At("predictions").At("variable").items()[7].items()[0].AsDouble(),
              expected.At("variable").items()[7].AsDouble(), 1e-5);
  EXPECT_EQ(Invoke(R"({"inputs":{"X":[[1,2,3]]}})").status, 200);
  EXPECT_EQ(Invoke(R"({"instances":[[1,2]]})").status, 400);
}

TEST_F(InferenceTest, RefusesScoringRequestsAsMlflowDoes) {
  Serve("columns.onnx");
  const auto refused = [&](const std::string& body, int status) {
    const auto response = Invoke(body);
    EXPECT_EQ(response.status, status) << body << " → " << response.body;
    EXPECT_EQ(Parsed(response).Text("error_code"), "BAD_REQUEST");
    return Parsed(response).Text("message");
  };
  refused("{", 400);
  refused("[1]", 400);
  refused("{}", 400);
  refused(R"({"instances":[],"inputs":[]})", 400);
  refused(R"({"dataframe_split":{"columns":["a"],"data":[[1,2]]}})", 400);
  refused(R"({"dataframe_records":{"a":1}})", 400);
  EXPECT_NE(
      refused(R"({"dataframe_records":[{"hour":30,"carrier":"UA","distance":100}]})", 422).find("'hour'"),
      std::string::npos);
  EXPECT_EQ(Invoke("x", "text/plain").status, 415);
  EXPECT_EQ(Invoke("{}", "application/json; charset=latin1").status, 415);
  EXPECT_EQ(Invoke("{}", "application/json; version=2").status, 415);
  EXPECT_EQ(Invoke("a,b\n1\n", "text/csv").status, 400);
}

TEST_F(InferenceTest, GivesTheHeuristicsAnswerTheModelsForm) {
  Serve("columns.onnx");
  test_.versions->Promote(0);
  ASSERT_TRUE(test_.service->Follow());
  EXPECT_EQ(Get("/ping").status, 200);
  const auto response = Invoke(
      R"({"dataframe_records":[{"hour":20,"carrier":"UA","distance":100},{"hour":2,"carrier":"UA","distance":100}]})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.Get("X-Cairn-Arm"), "fallback");
  EXPECT_EQ(response.headers.Get("X-Cairn-Model-Version"), "0");
  const Json predictions = Parsed(response).At("predictions");
  EXPECT_EQ(predictions.At("label").Dump(), "[1,0]");
  EXPECT_NEAR(predictions.At("probabilities").items()[0].items()[1].AsDouble(), 0.6, 1e-6);
  EXPECT_NEAR(predictions.At("probabilities").items()[1].items()[0].AsDouble(), 0.82, 1e-6);
  const auto tensors = Infer(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[20]}]})");
  EXPECT_EQ(Parsed(tensors).At("outputs").items().size(), 2u);
  EXPECT_EQ(test_.service->state().fallbacks, 2);
}

TEST_F(InferenceTest, CountsForPrometheusAndNamesTheFallbackThatAnswered) {
  Serve("columns.onnx");
  ASSERT_EQ(Invoke(kOneFlight).headers.Get("X-Cairn-Fallback"), "");
  test_.versions->Promote(0);
  ASSERT_TRUE(test_.service->Follow());
  EXPECT_EQ(Invoke(kOneFlight).headers.Get("X-Cairn-Fallback"), "heuristic");
  const auto tensors = Infer(R"({"inputs":[{"name":"hour","shape":[1],"datatype":"INT64","data":[20]}]})");
  EXPECT_EQ(Parsed(tensors).At("parameters").Text("fallback"), "heuristic");
  const auto metrics = Get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("# TYPE cairn_serving_requests_total counter\n"
                              "cairn_serving_requests_total{model=\"late-arrival\"} 3\n"),
            std::string::npos)
      << metrics.body;
  EXPECT_NE(metrics.body.find("cairn_serving_fallbacks_total{model=\"late-arrival\",link=\"heuristic\"} 2\n"),
            std::string::npos)
      << metrics.body;
}

TEST_F(InferenceTest, SaysUnavailableWhenNothingCanAnswer) {
  auto settings = TestService::Flights();
  settings.fallback.links.clear();
  ASSERT_TRUE(test_.service->Configure(settings));
  EXPECT_EQ(Get("/ping").status, 404);
  EXPECT_EQ(Get("/v2/health/ready").status, 503);
  EXPECT_EQ(Get("/v2/models/late-arrival/ready").status, 400);
  EXPECT_EQ(Invoke(kOneFlight).status, 503);
}

TEST_F(InferenceTest, RecordsThatShareNoNamesAskForNoMoreMemoryThanTheirValuesAreWorth) {
  Serve("columns.onnx");
  std::string records;
  for (int i = 0; i < 50'000; ++i) records += R"({"c)" + std::to_string(i) + R"(":1},)";
  records.pop_back();
  const auto refused = Invoke(R"({"dataframe_records":[)" + records + "]}");
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_NE(Parsed(refused).Text("message").find("50000 records with 50000 different names"),
            std::string::npos)
      << refused.body;
}

TEST(LenientTest, ReadsPythonsNaNAsAMissingValue) {
  EXPECT_EQ(ParseRequest(R"({"a":[NaN,"NaN \" NaN",1]})")->Dump(), R"({"a":[null,"NaN \" NaN",1]})");
  EXPECT_FALSE(ParseRequest("[NaNs]"));
  EXPECT_FALSE(ParseRequest("[NaN"));
}

TEST_F(InferenceTest, AnswersABareOutputAsMlflowDoesAndEveryOutputByTheProtocol) {
  test_.versions->Put(3, std::make_shared<serving::testing::WorkerLikeModel>(0.75F));
  test_.versions->Promote(3);
  ASSERT_TRUE(test_.service->Configure(Unchecked()));
  EXPECT_EQ(Invoke(R"({"dataframe_records":[{"hour":1},{"hour":2}]})").body, R"({"predictions":[1,1]})");
  EXPECT_EQ(Parsed(Get("/v2/models/late-arrival")).Text("platform"), "python_function");
  const Json answer = Parsed(Infer(R"({"inputs":[)" + Column("hour", "FP64", "[1,2]", 2) + "]}"));
  EXPECT_EQ(Named(answer.At("outputs"), "predictions").At("data").Dump(), "[1,1]");
  EXPECT_EQ(Named(answer.At("outputs"), "probabilities").At("data").Dump(), "[0.25,0.75,0.25,0.75]");
}

}  // namespace
}  // namespace cairn::inference
