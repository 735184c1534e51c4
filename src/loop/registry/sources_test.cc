#include "loop/registry/sources.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "loop/registry/testing/registry_store.h"

namespace cairn::registry {
namespace {

using testing::Must;
using testing::RegistryStore;

class SourcesTest : public ::testing::TestWithParam<std::string> {
 protected:
  bool Has(const std::string& uri) {
    const auto all =
        Must(store_.database().Read([](sql::Connection& connection) { return VersionSources(connection); }));
    return std::count(all.begin(), all.end(), uri) > 0;
  }

  RegistryStore store_{GetParam()};
};

TEST_P(SourcesTest, WhatAVersionWasMadeFromIsNamedUntilTheVersionIsDeleted) {
  const auto version = store_.Register("churn");
  EXPECT_TRUE(Has(version.source));
  EXPECT_TRUE(Has("mlflow-artifacts:/" + version.location));
  Must(store_.registry.DeleteVersion("churn", version.version, "ada"));
  EXPECT_FALSE(Has("mlflow-artifacts:/" + version.location));
}

INSTANTIATE_TEST_SUITE_P(Engines, SourcesTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::registry
