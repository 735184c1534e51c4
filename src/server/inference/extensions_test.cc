#include <gtest/gtest.h>

#include "server/inference/testing/served.h"

namespace cairn::inference {
namespace {

using serving::testing::Constant;
using ExtensionsTest = testing::ServedTest;

constexpr const char* kOne = R"({"inputs":[{"name":"carrier","shape":[1],"datatype":"BYTES","data":["UA"]},)"
                             R"({"name":"hour","shape":[1],"datatype":"INT64","data":[1]},)"
                             R"({"name":"distance","shape":[1],"datatype":"FP32","data":[100]}]})";

TEST_F(ExtensionsTest, ListsThem) {
  EXPECT_EQ(Parsed(Get("/v2")).At("extensions").Dump(),
            R"(["binary_tensor_data","model_configuration","model_repository","statistics","parameters"])");
}

TEST_F(ExtensionsTest, TheRepositoryListsVersionsAndWhichAnswer) {
  test_.versions->Put(1, Constant(0.5F));
  test_.versions->Put(2, Constant(0.5F));
  test_.versions->Forbid(2);
  Serve("columns.onnx");
  const Json all = Parsed(Post("/v2/repository/index", ""));
  ASSERT_EQ(all.items().size(), 3u);
  EXPECT_EQ(
      all.items()[0].Dump(),
      R"({"name":"late-arrival","version":"1","state":"UNAVAILABLE","reason":"not in memory; it is loaded )"
      R"(when it is asked for"})");
  EXPECT_EQ(all.items()[1].Text("reason"), "No decision lets it answer.");
  EXPECT_EQ(all.items()[2].Dump(), R"({"name":"late-arrival","version":"3","state":"READY","reason":""})");
  EXPECT_EQ(Parsed(Post("/v2/repository/index", R"({"ready":true})")).items().size(), 1u);
  EXPECT_EQ(Post("/v2/repository/index", "[").status, 400);
}

TEST_F(ExtensionsTest, LoadingTakesUpWhatTheDecisionSaysAndNothingElse) {
  Serve("columns.onnx");
  test_.versions->Put(4, Constant(0.5F));
  const std::string load = "/v2/repository/models/late-arrival/load";
  EXPECT_EQ(Post(load, "").status, 200);
  EXPECT_EQ(test_.service->offer()->version, 3);
  test_.versions->Promote(4);
  EXPECT_EQ(Post(load, "{}").status, 200);
  EXPECT_EQ(test_.service->offer()->version, 4);
  test_.versions->Promote(0);
  const auto nothing = Post(load, "{}");
  EXPECT_EQ(nothing.status, 503);
  EXPECT_EQ(Parsed(nothing).Text("error"),
            "failed to load 'late-arrival': No version of 'late-arrival' is in production.");
  EXPECT_EQ(Post("/v2/repository/models/nope/load", "").status, 404);
}

TEST_F(ExtensionsTest, NoFileAndNoConfigurationComesInByARequest) {
  Serve("columns.onnx");
  const std::string load = "/v2/repository/models/late-arrival/load";
  EXPECT_EQ(Post(load, R"({"parameters":{"config":"{}","file:1/model.onnx":"AAAA"}})").status, 403);
  EXPECT_EQ(Post(load, R"({"parameters":{"config":"{\"max_batch_size\":8}"}})").status, 403);
  EXPECT_EQ(Post(load, R"({"parameters":{"config":"{"}})").status, 400);
  EXPECT_EQ(Post(load, "[1]").status, 400);
  EXPECT_EQ(test_.service->offer()->version, 3);
}

TEST_F(ExtensionsTest, AVersionThatADecisionLetsAnswerIsLoadedByItsNumber) {
  Serve("columns.onnx");
  test_.versions->Put(1, Constant(0.5F));
  test_.versions->Put(2, Constant(0.5F));
  test_.versions->Forbid(2);
  const auto load = [&](const std::string& versions) {
    return Post("/v2/repository/models/late-arrival/load",
                R"({"parameters":{"config":"{\"version_policy\":{\"specific\":{\"versions\":[)" + versions +
                    R"(]}}}"}})");
  };
  EXPECT_EQ(load("1").status, 200);
  EXPECT_EQ(Parsed(Post("/v2/repository/index", "{}")).items()[0].Text("state"), "READY");
  EXPECT_EQ(load("2").status, 403);
  EXPECT_EQ(load("9").status, 404);
  EXPECT_EQ(test_.service->offer()->version, 3) << "what is in production stays";
}

TEST_F(ExtensionsTest, UnloadingTakesNothingOutOfProduction) {
  Serve("columns.onnx");
  test_.versions->Put(1, Constant(0.5F));
  ASSERT_TRUE(test_.service->Describe(1));
  const std::string unload = "/v2/repository/models/late-arrival/unload";
  const auto refused = Post(unload, R"({"parameters":{"unload_dependents":false}})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(Parsed(refused).Text("error").find("cairn model rollback"), std::string::npos);
  EXPECT_EQ(Post("/v2/models/late-arrival/infer", kOne).status, 200);
  test_.versions->Promote(0);
  ASSERT_TRUE(test_.service->Follow());
  EXPECT_EQ(Post(unload, "").status, 200);
  EXPECT_EQ(Parsed(Post("/v2/repository/index", R"({"ready":true})")).items().size(), 0u);
  EXPECT_EQ(Post("/v2/repository/models/nope/unload", "").status, 404);
}

TEST_F(ExtensionsTest, CountsWhatWasAnsweredAndWhatWasNot) {
  Serve("columns.onnx");
  const Json before = Parsed(Get("/v2/models/late-arrival/stats")).At("model_stats").items()[0];
  EXPECT_EQ(before.Text("version"), "3");
  EXPECT_EQ(before.Int("inference_count"), 0);
  ASSERT_EQ(Post("/v2/models/late-arrival/infer", kOne).status, 200);
  ASSERT_EQ(Post("/v2/models/late-arrival/infer", "{").status, 400);
  ASSERT_EQ(
      Invoke(
          R"({"dataframe_split":{"columns":["carrier","hour","distance"],"data":[["UA",0,1],["AA",1,20]]}})")
          .status,
      422)
      << "a distance below 10";
  ASSERT_EQ(
      Invoke(
          R"({"dataframe_split":{"columns":["carrier","hour","distance"],"data":[["UA",0,10],["AA",1,20]]}})")
          .status,
      200);
  const Json one = Parsed(Get("/v2/models/late-arrival/versions/3/stats")).At("model_stats").items()[0];
  EXPECT_EQ(one.Int("inference_count"), 3);
  EXPECT_EQ(one.Int("execution_count"), 2);
  EXPECT_EQ(one.Int("last_inference"), test_.clock.Now());
  const Json& sums = one.At("inference_stats");
  EXPECT_EQ(sums.At("success").Int("count"), 2);
  EXPECT_EQ(sums.At("fail").Int("count"), 2);
  EXPECT_GT(sums.At("compute_infer").Int("ns"), 0);
  EXPECT_GE(sums.At("success").Int("ns"), sums.At("compute_infer").Int("ns"));
  EXPECT_EQ(one.At("batch_stats").items().size(), 2u);
  EXPECT_EQ(one.At("batch_stats").items()[1].Int("batch_size"), 2);
  EXPECT_EQ(Parsed(Get("/v2/models/stats")).At("model_stats").items().size(), 1u);
  EXPECT_EQ(Get("/v2/models/nope/stats").status, 404);
  EXPECT_EQ(Get("/v2/models/late-arrival/versions/9/stats").status, 404);
}

TEST_F(ExtensionsTest, TheConfigurationIsTheSignatureInTheWordsOfTriton) {
  Serve("columns.onnx");
  const Json config = Parsed(Get("/v2/models/late-arrival/config"));
  EXPECT_EQ(config.Text("name"), "late-arrival");
  EXPECT_EQ(config.Text("platform"), "onnx_onnxv1");
  EXPECT_EQ(config.Int("max_batch_size", -1), 0);
  EXPECT_EQ(Named(config.At("input"), "carrier"),
            *Json::Parse(R"({"name":"carrier","data_type":"TYPE_STRING","dims":[-1,1]})"));
  EXPECT_EQ(Named(config.At("output"), "probabilities").Text("data_type"), "TYPE_FP32");
  EXPECT_EQ(Parsed(Get("/v2/models/late-arrival/versions/3/config")), config);
  EXPECT_EQ(Get("/v2/models/late-arrival/versions/9/config").status, 404);
}

}  // namespace
}  // namespace cairn::inference
