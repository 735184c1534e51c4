#include <gtest/gtest.h>

#include "server/mlflow/graphql/execute.h"
#include "server/mlflow/graphql/lexer.h"
#include "server/mlflow/graphql/limits.h"
#include "server/mlflow/graphql/plan.h"

namespace cairn::mlflow::graphql {
namespace {

/// A server with one run, which counts how often it is asked.
class GraphqlTest : public ::testing::Test {
 protected:
  Json Ask(const std::string& query, Json variables = Json::Object(), const std::string& operation = "") {
    return Execute(Json{{"query", query}, {"variables", std::move(variables)}, {"operationName", operation}},
                   [this](std::string_view call, const Json& message) { return Call(call, message); });
  }
  std::string Refusal(const std::string& query, Json variables = Json::Object()) {
    const auto answer = Ask(query, std::move(variables));
    EXPECT_TRUE(answer.At("data").IsNull()) << answer.Dump();
    return answer.At("errors").items().empty() ? "" : answer.At("errors").items().front().AsString();
  }

  Result<Json> Call(std::string_view call, const Json& message) {
    ++calls_;
    last_ = message;
    if (call == "experiments/get")
      return Json{{"experiment", Json{{"experiment_id", "7"}, {"name", "trial"}, {"creation_time", 12}}}};
    if (call != "runs/get" && call != "runs/search") return Json::Object();
    if (message.Text("runId") == "none") return Error{Reason::NotFound, "Run with id=none not found"};
    const Json run{
        {"info", Json{{"run_id", "r"}, {"experiment_id", "7"}, {"start_time", 9007199254740993}}},
        {"data", Json{{"metrics", Json::Array({Json{{"key", "a"}, {"value", "NaN"}, {"step", -1}},
                                               Json{{"key", "b"}, {"value", 0.5}, {"step", 2}}})}}}};
    return call == "runs/get" ? Json{{"run", run}} : Json{{"runs", Json::Array({run, run, run})}};
  }

  int calls_ = 0;
  Json last_;
};

TEST_F(GraphqlTest, LongIntegersAreTextsNaNIsNullAndWhatWasNotSetIsEmpty) {
  const auto answer = Ask(
      "query Q($i: MlflowGetRunInput!) @component(name: \"x\") { mlflowGetRun(input: $i) { apiError { code } "
      "run { info { start: startTime endTime userId __typename } data { metrics { key value step } "
      "tags { key } } } } }",
      Json{{"i", Json{{"runId", "r"}}}});
  EXPECT_EQ(answer.Dump(),
            R"({"data":{"mlflowGetRun":{"apiError":null,"run":{"info":{"start":"9007199254740993",)"
            R"("endTime":"0","userId":"","__typename":"MlflowRunInfo"},"data":{"metrics":[)"
            R"({"key":"a","value":null,"step":"-1"},{"key":"b","value":0.5,"step":"2"}],"tags":[]}}}},)"
            R"("errors":null})");
}

TEST_F(GraphqlTest, FragmentsAndRepeatedFieldsAreMergedInTheOrderOfTheirFirstMention) {
  const auto answer = Ask(
      "{ mlflowGetExperiment(input: {experimentId: \"7\"}) { ...A experiment { name } ... { __typename } } }"
      " fragment A on MlflowGetExperimentResponse { experiment { experimentId ...B } }"
      " fragment B on MlflowExperiment { creationTime }");
  EXPECT_EQ(answer.At("data").Dump(),
            R"({"mlflowGetExperiment":{"experiment":{"experimentId":"7","creationTime":"12","name":"trial"},)"
            R"("__typename":"MlflowGetExperimentResponse"}})");
}

TEST_F(GraphqlTest, TheExperimentOfManyRunsIsAskedForOnce) {
  Ask("{ mlflowSearchRuns(input: {experimentIds: \"7\"}) { runs { experiment { name } } } }");
  EXPECT_EQ(calls_, 2);
}

TEST_F(GraphqlTest, ACallThatFailsLeavesItsFieldNullAndTheOthersAsTheyAre) {
  const auto answer =
      Ask("{ bad: mlflowGetRun(input: {runId: \"none\"}) { run { info { runId } } } test(inputString: \"x\") "
          "{ output } }");
  EXPECT_EQ(answer.Dump(),
            R"({"data":{"bad":null,"test":{"output":"x"}},"errors":["Run with id=none not found"]})");
}

TEST_F(GraphqlTest, DefaultsOfVariablesAndTheOperationsNameAreHeeded) {
  const std::string query =
      "query A($t: String = \"d\\u00e9\") { test(inputString: $t) { output } } query B { __typename }";
  EXPECT_EQ(Ask(query, Json::Object(), "A").At("data").At("test").Text("output"), "d\u00e9");
  EXPECT_EQ(Ask(query, Json{{"t", "given"}}, "A").At("data").At("test").Text("output"), "given");
  EXPECT_EQ(Ask(query, Json::Object(), "B").At("data").Text("__typename"), "Query");
  EXPECT_NE(Refusal(query).find("operation name"), std::string::npos);
}

TEST_F(GraphqlTest, WhatTheSchemaDoesNotHaveIsRefusedBeforeAnythingIsAsked) {
  for (const char* query :
       {"{ nothing }", "{ mlflowGetRun(input: {runId: \"r\"}) { run { info } } }",
        "{ mlflowGetRun(input: {runId: \"r\"}) { run { info { runId { x } } } } }",
        "{ mlflowGetRun(inputs: {}) { run { info { runId } } } }",
        "{ mlflowGetRun(input: {runId: 5}) { run { info { runId } } } }",
        "{ mlflowGetRun(input: {other: \"r\"}) { run { info { runId } } } }",
        "{ mlflowGetRun(input: $x) { run { info { runId } } } }",
        "{ test(inputString: \"x\") { output @skip } }",
        "query Q($i: MlflowGetRunInput!) { mlflowGetRun(input: $i) { run { info { runId } } } }",
        "{ a: test(inputString: \"x\") { output } a: test(inputString: \"y\") { output } }", "{ ...Unknown }",
        "{ ... on Mutation { __typename } }", "mutation { test { output } }",
        "{ mlflowSearchRuns(input: {runViewType: SOME}) { nextPageToken } }"}) {
    EXPECT_NE(Refusal(query), "") << query;
  }
  EXPECT_EQ(calls_, 0);
}

TEST_F(GraphqlTest, DocumentsThatAreNoneSayWhere) {
  EXPECT_EQ(Refusal("{\n  test("), "Syntax Error: expected a name, found the end (line 2, column 8).");
  for (const char* query :
       {"", "{", "{}", "query", "{ a: }", "{ a(b: ) }", "{ a(b: \"open) }", "{ a(b: 01) }",
        "{ a(b: \"\\x\") }", "{ a(b: \"\\ud800\") }", "fragment on on X { a }", "{ a ! }", "{ \xff }"}) {
    EXPECT_NE(Refusal(query).find("Syntax Error"), std::string::npos) << query;
  }
}

TEST_F(GraphqlTest, LimitsHoldAlsoThroughFragments) {
  const auto repeated = [](const std::string& what, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += "a" + std::to_string(i) + ": " + what + " ";
    return text;
  };
  EXPECT_NE(Refusal("{ " + repeated("__typename", 11) + "}").find("root fields"), std::string::npos);
  EXPECT_NE(
      Refusal("{ test(inputString: \"\") { ...F ... { " + repeated("output", 6) +
              "} } } fragment F on Test { " + "b0: output b1: output b2: output b3: output b4: output }")
          .find("aliases"),
      std::string::npos);
  std::string deep = "x";
  for (int i = 0; i < 10; ++i) deep = "x { " + deep + " }";
  EXPECT_NE(Refusal("{ " + deep + " }").find("depth"), std::string::npos);
  EXPECT_NE(Refusal("{ test { " + std::string(2002, ' ') + repeated("output", 1) +
                    [] {
                      std::string many;
                      for (int i = 0; i < 1001; ++i) many += "output ";
                      return many;
                    }() +
                    "} }")
                .find("selections"),
            std::string::npos);
  EXPECT_NE(
      Refusal("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }").find("within itself"),
      std::string::npos);
  EXPECT_NE(Refusal(std::string(300 * 1024, ' ')).find("bytes"), std::string::npos);
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += "{ a ";
  EXPECT_NE(Refusal(nested).find("nested"), std::string::npos);
}

TEST_F(GraphqlTest, FragmentsThatSpreadEachOtherTwiceDoNotMultiply) {
  std::string query = "{ ...F0 }";
  for (int i = 0; i < 60; ++i) {
    const auto next = " ...F" + std::to_string(i + 1);
    query += " fragment F" + std::to_string(i) + " on Query {" + next + next + " }";
  }
  query += " fragment F60 on Query { __typename }";
  EXPECT_EQ(Ask(query).At("data").Dump(), R"({"__typename":"Query"})");
}

TEST_F(GraphqlTest, BlockTextsLoseTheirIndentation) {
  const auto answer = Ask("{ test(inputString: \"\"\"\n    one\n      two\n  \"\"\") { output } }");
  EXPECT_EQ(answer.At("data").At("test").Text("output"), "one\n  two");
}

TEST(Lexer, BlankLinesAroundABlockTextAreManyAndDoNotCount) {
  // One by one from the front, they cost the square of their number.
  const std::string blank(200'000, '\n'), quotes = "\"\"\"";
  const auto tokens = Tokenize(quotes + blank + "  a\n\n    b" + blank + quotes);
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->size(), 2u);
  EXPECT_EQ(tokens->front().text, "a\n\n  b");
  const auto empty = Tokenize(quotes + blank + quotes);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->front().text, "");
}

}  // namespace
}  // namespace cairn::mlflow::graphql
