#include <gtest/gtest.h>

#include "ground/http/router.h"
#include "loop/registry/testing/registry_store.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using registry::testing::Must;

class ModelsDoorTest : public ::testing::TestWithParam<std::string> {
 protected:
  ModelsDoorTest() { MountModels(router_, store_.registry); }

  Json Get(const std::string& path, int status = 200) {
    http::Request request;
    const auto question = path.find('?');
    if (question != std::string::npos) request.query = path.substr(question + 1);
    request.path = path.substr(0, question);
    const auto response = router_.Dispatch(request);
    EXPECT_EQ(response.status, status) << response.body;
    return Must(Json::Parse(response.body));
  }

  registry::testing::RegistryStore store_{GetParam()};
  http::Router router_;
};

TEST_P(ModelsDoorTest, AModelIsShownWithItsVersionsNewestFirst) {
  const auto first = store_.Register("churn");
  store_.Register("churn");
  Must(store_.registry.SetAlias("churn", "best", 1, "ada"));
  const auto shown = Get("/api/v1/models/churn");
  EXPECT_EQ(shown.At("aliases"), Json::Array({Json{{"name", "best"}, {"version", 1}}}));
  EXPECT_EQ(shown.Text("guarded_alias", "?"), "");
  ASSERT_EQ(shown.At("versions").items().size(), 2u);
  const auto& oldest = shown.At("versions").items()[1];
  EXPECT_EQ(oldest.Int("version"), 1);
  EXPECT_EQ(oldest.Text("manifest"), first.manifest);
  EXPECT_EQ(oldest.Text("created_by"), "ada");
  EXPECT_EQ(oldest.At("aliases"), Json::Array({Json("best")}));
}

TEST_P(ModelsDoorTest, TheListSaysWhichModelIsBoundAndGoesOnPageByPage) {
  store_.Register("churn");
  store_.Register("fraud");
  store_.Bind("churn");
  const auto first = Get("/api/v1/models?limit=1");
  EXPECT_EQ(first.At("items").items().at(0).Text("guarded_alias"), "production");
  const auto second = Get("/api/v1/models?limit=1&token=" + first.Text("next"));
  EXPECT_EQ(second.At("items").items().at(0).Text("name"), "fraud");
  EXPECT_EQ(second.Find("next"), nullptr);
}

TEST_P(ModelsDoorTest, FilesThatChangedAreNamed) {
  const auto version = store_.Register("churn");
  EXPECT_TRUE(Get("/api/v1/models/churn/versions/1/verify").Bool("sound"));
  store_.Put(version.location + "/MLmodel", "other");
  const auto verdict = Get("/api/v1/models/churn/versions/1/verify");
  EXPECT_FALSE(verdict.Bool("sound", true));
  EXPECT_NE(verdict.Text("problem").find("'MLmodel'"), std::string::npos);
}

TEST_P(ModelsDoorTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(Get("/api/v1/models/none", 404).At("error").Text("reason"), "NotFound");
  EXPECT_EQ(Get("/api/v1/models?limit=many", 400).At("error").Text("reason"), "InvalidArgument");
}

INSTANTIATE_TEST_SUITE_P(Engines, ModelsDoorTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::api
