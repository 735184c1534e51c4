#include <gtest/gtest.h>

#include "ground/http/router.h"
#include "loop/registry/testing/registry_store.h"
#include "server/mlflow/mount.h"

namespace cairn::mlflow {
namespace {

using registry::testing::Must;

/// The registry's calls without sockets.
class RegistryDialectTest : public ::testing::TestWithParam<std::string> {
 protected:
  RegistryDialectTest() {
    MountMlflow(router_, {*store_.tracking, store_.artifacts, places_, store_.registry, store_.database()});
  }

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
    return Must(Json::Parse(response.body));
  }
  /// "403 PERMISSION_DENIED".
  std::string Refused(std::string method, const std::string& path, const Json& body) {
    const auto response = Send(std::move(method), path, body);
    const auto answer = Must(Json::Parse(response.body));
    EXPECT_EQ(answer.members().size(), 2u) << response.body;
    EXPECT_FALSE(answer.Text("message").empty());
    return std::to_string(response.status) + " " + answer.Text("error_code");
  }

  registry::testing::RegistryStore store_{GetParam()};
  tracking::ArtifactPlaces places_{store_.artifacts, {}, ""};
  http::Router router_;
};

TEST_P(RegistryDialectTest, AModelIsAnsweredWithItsNewestVersionOfEachStage) {
  Call("POST", "registered-models/create",
       Json{{"name", "churn"},
            {"description", "who leaves"},
            {"tags", Json::Array({Json{{"key", "team"}, {"value", "blue"}}})}});
  for (int i = 0; i < 3; ++i) store_.Register("churn");
  Call("POST", "model-versions/transition-stage",
       Json{{"name", "churn"}, {"version", "1"}, {"stage", "staging"}});
  Call("POST", "registered-models/alias", Json{{"name", "churn"}, {"alias", "best"}, {"version", "2"}});
  const auto model = Call("GET", "registered-models/get?name=churn").At("registered_model");
  EXPECT_EQ(model.Text("description"), "who leaves");
  EXPECT_EQ(model.At("tags"), Json::Array({Json{{"key", "team"}, {"value", "blue"}}}));
  EXPECT_EQ(model.At("aliases"), Json::Array({Json{{"alias", "best"}, {"version", "2"}}}));
  ASSERT_EQ(model.At("latest_versions").items().size(), 2u);
  EXPECT_EQ(model.At("latest_versions").items()[0].Text("current_stage"), "Staging");
  EXPECT_EQ(model.At("latest_versions").items()[1].Text("version"), "3");
  const auto staged = Call("POST", "registered-models/get-latest-versions",
                           Json{{"name", "churn"}, {"stages", Json::Array({Json("STAGING")})}});
  EXPECT_EQ(staged.At("model_versions").items().size(), 1u);
  EXPECT_EQ(Call("GET", "registered-models/search?max_results=1").At("registered_models").items().at(0),
            model);
}

TEST_P(RegistryDialectTest, AVersionsNumberIsTextAndItsTimesAreNumbers) {
  store_.Register("churn");
  const auto version = Call("GET", "model-versions/get?name=churn&version=1").At("model_version");
  EXPECT_EQ(version.Text("version"), "1");
  EXPECT_EQ(version.Text("status"), "READY");
  EXPECT_EQ(version.Text("current_stage"), "None");
  EXPECT_TRUE(version.At("creation_timestamp").IsInt());
  EXPECT_EQ(Call("GET", "model-versions/get-download-uri?name=churn&version=1").Text("artifact_uri"),
            Must(store_.registry.Find("churn", 1)).storage);
}

TEST_P(RegistryDialectTest, EveryCallOfTheTableIsThere) {
  store_.Register("churn");
  const Json tag{{"name", "churn"}, {"version", "1"}, {"key", "a"}, {"value", "b"}};
  const Json alias{{"name", "churn"}, {"alias", "best"}, {"version", "1"}};
  Call("POST", "registered-models/set-tag", tag);
  Call("DELETE", "registered-models/delete-tag", tag);
  Call("POST", "model-versions/set-tag", tag);
  Call("DELETE", "model-versions/delete-tag", tag);
  Call("POST", "registered-models/alias", alias);
  EXPECT_EQ(Call("GET", "registered-models/alias?name=churn&alias=best").At("model_version").Text("version"),
            "1");
  Call("DELETE", "registered-models/alias", alias);
  EXPECT_EQ(Call("PATCH", "registered-models/update", Json{{"name", "churn"}, {"description", "d"}})
                .At("registered_model")
                .Text("description"),
            "d");
  const Json described{{"name", "churn"}, {"version", "1"}, {"description", "v"}};
  EXPECT_EQ(Call("PATCH", "model-versions/update", described).At("model_version").Text("description"), "v");
  EXPECT_EQ(
      Call("GET", "model-versions/search?filter=name%3D%27churn%27").At("model_versions").items().size(), 1u);
  Call("POST", "registered-models/rename", Json{{"name", "churn"}, {"new_name", "leavers"}});
  Call("DELETE", "model-versions/delete", Json{{"name", "leavers"}, {"version", "1"}});
  Call("DELETE", "registered-models/delete", Json{{"name", "leavers"}});
  EXPECT_EQ(Call("GET", "registered-models/search").Dump(), "{}");
}

TEST_P(RegistryDialectTest, MistakesHaveMlflowsCodes) {
  store_.Register("churn");
  const std::string root = "/api/2.0/mlflow/";
  EXPECT_EQ(Refused("POST", root + "registered-models/create", Json{{"name", "churn"}}),
            "400 RESOURCE_ALREADY_EXISTS");
  EXPECT_EQ(Refused("POST", root + "registered-models/create", Json::Object()),
            "400 INVALID_PARAMETER_VALUE");
  EXPECT_EQ(Refused("GET", root + "registered-models/get?name=none", {}), "404 RESOURCE_DOES_NOT_EXIST");
  EXPECT_EQ(Refused("GET", root + "registered-models/alias?name=churn&alias=none", {}),
            "400 INVALID_PARAMETER_VALUE");
  EXPECT_EQ(Refused("GET", root + "model-versions/get?name=churn&version=x", {}),
            "400 INVALID_PARAMETER_VALUE");
  EXPECT_EQ(Refused("GET", root + "model-versions/get?name=churn&version=9", {}),
            "404 RESOURCE_DOES_NOT_EXIST");
  EXPECT_EQ(Refused("GET", root + "model-versions/search?max_results=200001", {}),
            "400 INVALID_PARAMETER_VALUE");
  EXPECT_EQ(Refused("POST", root + "model-versions/create", Json{{"name", "churn"}, {"source", "/etc"}}),
            "400 INVALID_PARAMETER_VALUE");
}

TEST_P(RegistryDialectTest, WhatIsGuardedAnswersPermissionDenied) {
  const auto first = store_.Register("churn");
  store_.Bind("churn");
  store_.Promote(first);
  const std::string root = "/api/2.0/mlflow/", files = "/api/2.0/mlflow-artifacts/artifacts/";
  const Json churn{{"name", "churn"},
                   {"alias", "production"},
                   {"version", "1"},
                   {"stage", "Production"},
                   {"new_name", "x"}};
  for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"POST", root + "registered-models/alias"},
           {"DELETE", root + "registered-models/alias"},
           {"POST", root + "registered-models/rename"},
           {"DELETE", root + "registered-models/delete"},
           {"DELETE", root + "model-versions/delete"},
           {"POST", root + "model-versions/transition-stage"},
           {"POST", "/ajax-api/2.0/mlflow/registered-models/alias"},
           {"PUT", files + first.location + "/MLmodel"},
           {"PUT", files + first.location + "/new"},
           {"DELETE", files + first.location + "/MLmodel"},
           {"DELETE", files + first.location},
           {"DELETE", files + "0/models"}}) {
    EXPECT_EQ(Refused(method, path, churn), "403 PERMISSION_DENIED") << method << " " << path;
  }
  Must(store_.registry.Verify(first));
}

TEST_P(RegistryDialectTest, AFileOfAVersionIsDownloaded) {
  const auto version = store_.Register("churn");
  const auto response = Send("GET", "/model-versions/get-artifact?name=churn&version=1&path=MLmodel");
  EXPECT_EQ(response.status, 200) << response.body;
  ASSERT_TRUE(response.file);
  EXPECT_EQ(response.file->path, store_.artifacts_folder + "/" + version.location + "/MLmodel");
  EXPECT_EQ(Send("GET", "/model-versions/get-artifact?name=churn&version=1&path=../MLmodel").status, 400);
  EXPECT_EQ(Send("GET", "/model-versions/get-artifact?name=churn&version=1&path=none").status, 404);
}

INSTANTIATE_TEST_SUITE_P(Engines, RegistryDialectTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::mlflow
