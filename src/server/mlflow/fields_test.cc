#include "server/mlflow/fields.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::mlflow {
namespace {

http::Request Post(std::string body, std::string type = "application/json") {
  http::Request request;
  request.method = "POST";
  request.body = std::move(body);
  request.headers.Add("Content-Type", std::move(type));
  return request;
}

http::Request Get(std::string query) {
  http::Request request;
  request.query = std::move(query);
  return request;
}

TEST(Message, ABodyMustBeAnObjectSentAsJson) {
  EXPECT_EQ(MessageOf(Post(R"({"a": 1})"))->Int("a"), 1);
  EXPECT_EQ(MessageOf(Post("{}", "Application/JSON; charset=utf-8"))->kind(), Json::Kind::Object);
  EXPECT_EQ(MessageOf(Post(R"("{\"a\": 1}")"))->Int("a"), 1) << "old clients send JSON within a JSON text";
  EXPECT_TRUE(MessageOf(Post("", "")));
  for (const auto& request :
       {Post("[1]"), Post("{"), Post("7"), Post("{}", "text/plain"), Post("{}", ""), Post(R"({"a": NaN})")}) {
    EXPECT_EQ(MessageOf(request).error().reason, Reason::InvalidArgument) << request.body;
  }
}

TEST(Message, AQueryRepeatsKeysForLists) {
  const auto message = MessageOf(Get("run_ids=a&run_ids=b&metric_key=x%20y&flag=TRUE&max_results=5"));
  ASSERT_TRUE(message);
  const Fields fields(*message);
  EXPECT_EQ(*fields.Texts("run_ids"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*fields.RequiredText("metric_key"), "x y");
  EXPECT_EQ(*fields.Texts("metric_key"), (std::vector<std::string>{"x y"}));
  EXPECT_TRUE(*fields.Bool("flag", false));
  EXPECT_EQ(**fields.Int("max_results"), 5);
  EXPECT_FALSE(MessageOf(Get("a=%zz")));
}

TEST(Message, WhatTheRouteCapturedIsAField) {
  auto request = Post(R"({"status": 2})");
  request.captures = {{"model_id", "m-1"}};
  EXPECT_EQ(MessageOf(request)->Text("model_id"), "m-1");
  request.body = R"({"model_id": "m-1"})";
  EXPECT_EQ(MessageOf(request)->Text("model_id"), "m-1");
  request.body = R"({"model_id": "m-2"})";
  EXPECT_NE(MessageOf(request).error().message.find("the address names 'm-1'"), std::string::npos);
}

class FieldsTest : public ::testing::Test {
 protected:
  Fields Of(std::string_view text) {
    json_ = *Json::Parse(text);
    return Fields(json_);
  }
  Json json_;
};

TEST_F(FieldsTest, NamesComeInBothSpellingsButNotAtOnce) {
  EXPECT_EQ(*Of(R"({"run_id": "a"})").RequiredText("run_id"), "a");
  EXPECT_EQ(*Of(R"({"runId": "a"})").RequiredText("run_id"), "a");
  EXPECT_FALSE(Of(R"({"runId": "a", "run_id": "a"})").Text("run_id"));
}

TEST_F(FieldsTest, NullAndEmptyAreMissing) {
  for (const char* text : {"{}", R"({"run_id": null})", R"({"run_id": ""})"}) {
    const auto outcome = Of(text).RequiredText("run_id");
    ASSERT_FALSE(outcome);
    EXPECT_TRUE(outcome.error().message.starts_with("Missing value for required parameter 'run_id'"))
        << outcome.error().message;
  }
  EXPECT_EQ(*Of(R"({"run_uuid": "u"})").RequiredTextOf("run_id", "run_uuid"), "u");
}

TEST_F(FieldsTest, WholeNumbersComeInThreeForms) {
  for (const char* text : {R"({"n": 12})", R"({"n": 12.0})", R"({"n": "12"})"})
    EXPECT_EQ(*Of(text).RequiredInt("n"), 12) << text;
  EXPECT_EQ(*Of(R"({"n": "-9223372036854775808"})").RequiredInt("n"), INT64_MIN);
  for (const char* text :
       {R"({"n": 1.5})", R"({"n": "x"})", R"({"n": true})", R"({"n": 1e300})", R"({"n": [1]})"}) {
    EXPECT_FALSE(Of(text).RequiredInt("n")) << text;
  }
}

TEST_F(FieldsTest, DoublesComeAsNumbersTextsAndNames) {
  EXPECT_EQ(*Of(R"({"x": 0.1})").RequiredDouble("x"), 0.1);
  EXPECT_EQ(*Of(R"({"x": "1e-3"})").RequiredDouble("x"), 0.001);
  EXPECT_EQ(*Of(R"({"x": true})").RequiredDouble("x"), 1);
  EXPECT_TRUE(std::isnan(*Of(R"({"x": "NaN"})").RequiredDouble("x")));
  EXPECT_EQ(*Of(R"({"x": "-Infinity"})").RequiredDouble("x"), -HUGE_VAL);
  EXPECT_FALSE(Of(R"({"x": "nan"})").RequiredDouble("x"));
}

TEST_F(FieldsTest, AWrongTypeNamesValueAndPath) {
  const auto fields = Of(R"({"metrics": [{}, {"timestamp": {"b": 1, "a": "x"}}]})");
  const auto metrics = fields.Messages("metrics");
  ASSERT_TRUE(metrics);
  const auto outcome = metrics->at(1).RequiredInt("timestamp");
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().message.starts_with(
      R"(Invalid value {"a":"x","b":1} for parameter 'metrics[1].timestamp' supplied)"))
      << outcome.error().message;
  EXPECT_FALSE(Of(R"({"metrics": "x"})").Messages("metrics"));
  EXPECT_FALSE(Of(R"({"metrics": [1]})").Messages("metrics"));
}

TEST_F(FieldsTest, EnumsComeByNameOrNumber) {
  constexpr Fields::Choice kChoices[] = {{"ON", 1}, {"OFF", 2}};
  EXPECT_EQ(**Of(R"({"e": "OFF"})").Enum("e", kChoices), 2);
  EXPECT_EQ(**Of(R"({"e": 1})").Enum("e", kChoices), 1);
  EXPECT_FALSE(Of("{}").Enum("e", kChoices)->has_value());
  EXPECT_FALSE(Of(R"({"e": "off"})").Enum("e", kChoices));
  EXPECT_FALSE(Of(R"({"e": 3})").Enum("e", kChoices));
}

}  // namespace
}  // namespace cairn::mlflow
