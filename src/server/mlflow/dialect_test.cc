#include <gtest/gtest.h>

#include <tuple>

#include "ground/http/router.h"
#include "ground/os/temp_folder.h"
#include "loop/tracking/testing/tracking_store.h"
#include "server/mlflow/endpoint.h"
#include "server/mlflow/file_answer.h"
#include "server/mlflow/mount.h"

namespace cairn::mlflow {
namespace {

/// The dialect without sockets.
class DialectTest : public ::testing::TestWithParam<std::string> {
 protected:
  DialectTest() { MountMlflow(router_, {*store_, artifacts_, places_, registry_, store_.database()}); }

  http::Response Send(std::string method, std::string path, const Json& body = Json::Object()) {
    http::Request request;
    request.method = std::move(method);
    const auto question = path.find('?');
    if (question != std::string::npos) request.query = path.substr(question + 1);
    request.path = path.substr(0, question);
    if (request.method != "GET") {
      request.body = body.Dump();
      request.headers.Add("Content-Type", "application/json");
    }
    return router_.Dispatch(request);
  }
  Json Call(std::string method, const std::string& path, const Json& body = Json::Object()) {
    const auto response = Send(std::move(method), "/api/2.0/mlflow/" + path, body);
    EXPECT_EQ(response.status, 200) << response.body;
    return *Json::Parse(response.body);
  }
  std::string NewRun() {
    return Call("POST", "runs/create", Json{{"experiment_id", "0"}}).At("run").At("info").Text("run_id");
  }

  tracking::testing::TrackingStore store_{GetParam()};
  os::TempFolder folder_ = *os::TempFolder::Create();
  tracking::Artifacts artifacts_{folder_ / "artifacts"};
  tracking::ArtifactPlaces places_{artifacts_, {}, folder_ / "cache"};
  registry::Registry registry_{store_.database(), store_.clock(), artifacts_,
                               [](sql::Connection&) -> Result<registry::Guard> { return registry::Guard(); }};
  http::Router router_;
};

TEST_P(DialectTest, ARunsAnswerHasBothIdsAndNumbersForTimes) {
  const auto run = Call("POST", "runs/create", Json{{"experiment_id", "0"}, {"start_time", "12"}}).At("run");
  EXPECT_EQ(run.At("info").Text("run_id"), run.At("info").Text("run_uuid"));
  EXPECT_TRUE(run.At("info").At("start_time").IsInt());
  EXPECT_TRUE(run.At("info").At("end_time").IsNull()) << "a null is left out";
  EXPECT_EQ(run.At("inputs").kind(), Json::Kind::Object);
  EXPECT_EQ(run.Find("outputs"), nullptr);
  const auto read = Call("GET", "runs/get?run_uuid=" + run.At("info").Text("run_id")).At("run");
  EXPECT_EQ(read.At("outputs").kind(), Json::Kind::Object);
  EXPECT_EQ(read.At("data").Find("metrics"), nullptr) << "an empty list is left out";
}

TEST_P(DialectTest, ZerosThatWereSetAreWritten) {
  const auto id = NewRun();
  Call("POST", "runs/log-metric", Json{{"run_id", id}, {"key", "a"}, {"value", 0}, {"timestamp", 0}});
  const auto metric =
      Call("GET", "metrics/get-history?run_id=" + id + "&metric_key=a").At("metrics").items().at(0);
  EXPECT_EQ(metric.Int("step", -1), 0);
  EXPECT_EQ(metric.Double("value", -1), 0);
  EXPECT_EQ(metric.Int("timestamp", -1), 0);
}

TEST_P(DialectTest, NaNIsWrittenByName) {
  const auto id = NewRun();
  Call("POST", "runs/log-metric", Json{{"run_id", id}, {"key", "a"}, {"value", "NaN"}, {"timestamp", 0}});
  EXPECT_EQ(
      Call("GET", "runs/get?run_id=" + id).At("run").At("data").At("metrics").items().at(0).Text("value"),
      "NaN");
}

TEST_P(DialectTest, EveryReasonHasACodeAndUserErrorsAreNeverServerErrors) {
  EXPECT_EQ(Refusal({Reason::InvalidArgument, "m"}).body,
            R"({"error_code":"INVALID_PARAMETER_VALUE","message":"m"})");
  EXPECT_EQ(Refusal({Reason::AlreadyExists, "m"}).status, 400);
  EXPECT_EQ(Refusal({Reason::NotFound, "m"}).status, 404);
  EXPECT_EQ(Refusal({Reason::Denied, "m"}).status, 403);
  for (const auto reason :
       {Reason::InvalidArgument, Reason::Unprocessable, Reason::NotFound, Reason::AlreadyExists,
        Reason::Conflict, Reason::Unauthenticated, Reason::Denied, Reason::TooLarge}) {
    EXPECT_LT(Refusal({reason, "m"}).status, 500) << NameOf(reason);
    EXPECT_NE(Refusal({reason, "m"}).status, 429) << "clients would try again for minutes";
  }
}

TEST_P(DialectTest, UnknownCallsAreToldInMlflowsForm) {
  for (const char* path :
       {"/api/2.0/mlflow/none", "/api/3.0/mlflow/traces/x/y", "/ajax-api/2.0/mlflow/none"}) {
    const auto response = Send("POST", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(Json::Parse(response.body)->Text("error_code"), "ENDPOINT_NOT_FOUND");
  }
}

TEST_P(DialectTest, TheTwinsAnswerAlike) {
  EXPECT_EQ(Send("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0").body,
            Send("GET", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0").body);
  EXPECT_EQ(Send("POST", "/api/2.0/mlflow/experiments/search-datasets",
                 Json{{"experiment_ids", Json::Array({"0"})}})
                .status,
            404);
  EXPECT_EQ(Send("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets",
                 Json{{"experiment_ids", Json::Array({"0"})}})
                .status,
            200);
}

TEST_P(DialectTest, WhatMlflowsPageAsksRelativelyIsAnsweredBelowItsAddress) {
  const auto id = NewRun();
  const auto run = "/ajax-api/2.0/mlflow/runs/get?run_id=" + id;
  EXPECT_EQ(Send("GET", "/mlflow" + run).body, Send("GET", run).body);
  const auto question = Json{{"query", "{mlflowGetRun(input:{runId:\"" + id + "\"}){run{info{runId}}}}"}};
  for (const char* address : {"/graphql", "/mlflow/graphql"}) {
    const auto answer = *Json::Parse(Send("POST", address, question).body);
    EXPECT_EQ(answer.At("data").At("mlflowGetRun").At("run").At("info").Text("runId"), id) << address;
  }
  const auto unknown = Send("GET", "/mlflow/ajax-api/3.0/mlflow/scorers/list");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(Json::Parse(unknown.body)->Text("error_code"), "ENDPOINT_NOT_FOUND");
}

TEST_P(DialectTest, AModelLoggedTheElderWayIsAddedToTheRunsTagWhateverItsLength) {
  const auto id = NewRun();
  const Json model{{"artifact_path", "m"},
                   {"flavors", Json{{"f", Json{{"config", 1}, {"note", std::string(9000, 'x')}}}}},
                   {"utc_time_created", "now"},
                   {"run_id", id}};
  for (int i = 0; i < 2; ++i)
    Call("POST", "runs/log-model", Json{{"run_id", id}, {"model_json", model.Dump()}});
  std::string kept;
  const auto read = Call("GET", "runs/get?run_id=" + id);
  for (const auto& tag : read.At("run").At("data").At("tags").items()) {
    if (tag.Text("key") == "mlflow.log-model.history") kept = tag.Text("value");
  }
  const auto list = Json::Parse(kept);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->items().size(), 2u);
  EXPECT_EQ(list->items()[1].At("flavors").At("f").Find("config"), nullptr);
  EXPECT_EQ(list->items()[1].At("flavors").At("f").Text("note").size(), 9000u);
  Call("POST", "runs/set-tag",
       Json{{"run_id", id}, {"key", "mlflow.log-model.history"}, {"value", "no list"}});
  EXPECT_EQ(Send("POST", "/api/2.0/mlflow/runs/log-model", Json{{"run_id", id}, {"model_json", model.Dump()}})
                .status,
            400);
}

TEST_P(DialectTest, ExperimentsSearchNeedsALimitAndRunsSearchDoesNot) {
  EXPECT_EQ(Send("POST", "/api/2.0/mlflow/experiments/search").status, 400);
  EXPECT_EQ(Call("GET", "experiments/search?max_results=1").At("experiments").items().size(), 1u);
  EXPECT_EQ(Call("POST", "runs/search", Json{{"experiment_ids", Json::Array({"0"})}}).members().size(), 0u);
}

TEST_P(DialectTest, BulkHistoryHoldsSeveralRuns) {
  const auto a = NewRun(), b = NewRun();
  for (const auto& id : {a, b}) {
    auto metrics = Json::Array();
    for (int i = 0; i < 3; ++i) metrics.Push(Json{{"key", "m"}, {"value", i}, {"timestamp", i}, {"step", i}});
    Call("POST", "runs/log-batch", Json{{"run_id", id}, {"metrics", metrics}});
  }
  const auto query =
      "/ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=m&max_results=4&run_id=" + a + "&run_id=" + b;
  EXPECT_EQ(Json::Parse(Send("GET", query).body)->At("metrics").items().size(), 4u);
  EXPECT_EQ(Call("GET", "metrics/get-history-bulk-interval?metric_key=m&max_results=2&run_ids=" + a +
                            "&run_ids=" + b)
                .At("metrics")
                .items()
                .size(),
            4u);
}

TEST_P(DialectTest, AQuestionThatIsAskedAgainIsAnsweredWithWhatWasWrittenSince) {
  const auto run = NewRun();
  const Json search{{"experiment_ids", Json::Array({"0"})}, {"filter", "metrics.m > 0"}};
  const auto count = [&] {
    const auto found = Call("POST", "runs/search", search).At("runs").items().size();
    const auto of = [&](const std::string& call) { return Call("GET", call).At("metrics").items().size(); };
    return std::tuple(found, of("metrics/get-history?metric_key=m&run_id=" + run),
                      of("metrics/get-history-bulk-interval?metric_key=m&run_ids=" + run));
  };
  const auto log = [&](int step) {
    Call("POST", "runs/log-metric",
         Json{{"run_id", run}, {"key", "m"}, {"value", 1}, {"timestamp", 5}, {"step", step}});
  };
  EXPECT_EQ(count(), std::tuple(0u, 0u, 0u));
  log(1);
  for (int times = 0; times < 3; ++times) EXPECT_EQ(count(), std::tuple(1u, 1u, 1u));
  log(2);
  for (int times = 0; times < 3; ++times) EXPECT_EQ(count(), std::tuple(1u, 2u, 2u));
  Call("POST", "runs/delete", Json{{"run_id", run}});
  EXPECT_EQ(std::get<0>(count()), 0u);
}

TEST(Types, AreGuessedFromTheName) {
  EXPECT_EQ(TypeOf("MLmodel"), "text/plain");
  EXPECT_EQ(TypeOf("a.json"), "text/plain");
  EXPECT_EQ(TypeOf("a.PNG"), "image/png");
  EXPECT_EQ(TypeOf("a.html"), "text/html");
  EXPECT_EQ(TypeOf("weights.bin"), "application/octet-stream");
}

INSTANTIATE_TEST_SUITE_P(Engines, DialectTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::mlflow
