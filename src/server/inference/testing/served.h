#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "ground/os/files.h"
#include "loop/serving/testing/test_versions.h"
#include "server/inference/mount.h"

namespace cairn::inference::testing {

/// On one engine: the doors touch no store.
class ServedTest : public ::testing::Test {
 protected:
  ServedTest() { MountInference(router_, *test_.service, "1.2.3"); }

  void Serve(const std::string& file, std::vector<std::string> columns = {},
             serving::Settings settings = serving::testing::TestService::Flights()) {
    test_.versions->PutFile(3, file, std::move(columns));
    test_.versions->Promote(3);
    ASSERT_TRUE(test_.service->Configure(settings));
    ASSERT_EQ(test_.service->offer()->version, 3) << test_.service->state().problem;
  }
  static serving::Settings Unchecked() {
    auto settings = serving::testing::TestService::Flights();
    settings.check_inputs = false;
    return settings;
  }
  http::Response Get(std::string path) {
    http::Request request;
    request.path = std::move(path);
    return router_.Dispatch(std::move(request));
  }
  http::Response Post(std::string path, std::string body,
                      std::vector<std::pair<std::string, std::string>> headers = {}) {
    http::Request request;
    request.method = "POST";
    request.path = std::move(path);
    request.body = std::move(body);
    for (auto& [name, value] : headers) request.headers.Add(name, value);
    return router_.Dispatch(std::move(request));
  }
  http::Response Invoke(std::string body, std::string type = "application/json") {
    return Post("/invocations", std::move(body), {{"Content-Type", std::move(type)}});
  }
  http::Response Infer(std::string body) { return Post("/v2/models/late-arrival/infer", std::move(body)); }
  static Json Parsed(const http::Response& response) {
    auto json = Json::Parse(response.body);
    EXPECT_TRUE(json) << response.status << ": " << response.body;
    return json ? *json : Json();
  }
  static Json Expected(const std::string& file) {
    return *Json::Parse(*os::ReadFile("src/loop/runtime/testdata/" + file));
  }
  static Json Named(const Json& list, std::string_view name) {
    for (const Json& item : list.items())
      if (item.Text("name") == name) return item;
    return Json();
  }
  static std::string Column(const std::string& name, const std::string& type, const std::string& data,
                            std::size_t rows) {
    return R"({"name":")" + name + R"(","shape":[)" + std::to_string(rows) + R"(,1],"datatype":")" + type +
           R"(","data":)" + data + "}";
  }

  serving::testing::TestService test_;
  http::Router router_;
};

}  // namespace cairn::inference::testing
