#include "server/mlflow/host_policy.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cairn::mlflow {
namespace {

bool Passes(const std::string& uri, const std::string& root = "mlflow-artifacts:/") {
  const auto checked = CheckHost(uri, "source", root);
  EXPECT_TRUE(checked || checked.error().reason == Reason::InvalidArgument);
  return bool(checked);
}

TEST(HostPolicy, AUriThatSelectsAHostIsRefused) {
  for (const char* uri : {"http://host/x", "HTTPS://host/x", "ftp:///x", "sftp://user:word@host:2022/x",
                          "hdfs://host:9000/x", "viewfs:/x", "r2://bucket@account.r2.example/x",
                          "b2://bucket@host/x", "abfss://files@account.dfs.example/x",
                          "mlflow-artifacts://host:5000/x", "http://a\\b/x", "http://host:99999/x"})
    EXPECT_FALSE(Passes(uri)) << uri;
  const auto refused = CheckHost("http://host/x", "source", "");
  EXPECT_NE(refused.error().message.find("'source' cannot use the 'http' scheme"), std::string::npos);
}

TEST(HostPolicy, AnyOtherPlaceIsTaken) {
  for (const char* uri : {"", "/x", "relative", "file:///x", "s3://bucket/x", "gs://bucket/x", "dbfs:/x",
                          "wasbs://files@account.blob.core.windows.net/x", "mlflow-artifacts:/x",
                          "models:/m/1", "runs:/r/x", "c:/x", "1http://host", ":x"})
    EXPECT_TRUE(Passes(uri)) << uri;
}

TEST(HostPolicy, TheHostOfTheServersOwnPlaceIsTaken) {
  EXPECT_TRUE(Passes("http://store.example/x", "http://user@Store.example:80/root"));
  EXPECT_TRUE(Passes("https://store.example:443/x", "mlflow-artifacts://store.example/root"));
  EXPECT_TRUE(Passes("viewfs://cluster/x", "hdfs://cluster/root"));
  EXPECT_TRUE(Passes("http://[::1]:5000/x", "http://[::1]:5000/root"));
  EXPECT_FALSE(Passes("https://store.example/x", "http://store.example/root"));
  EXPECT_FALSE(Passes("hdfs://cluster:9000/x", "hdfs://cluster/root"));
  EXPECT_FALSE(Passes("ftp://store.example/x", "http://store.example/root"));
  EXPECT_FALSE(Passes("http://other.example/x", "http://store.example/root"));
  EXPECT_FALSE(Passes("http://sto re/x", "http://sto re/root"));
}

TEST(HostPolicy, ASchemeThatTheOwnerAllowsIsTaken) {
  ASSERT_EQ(setenv("MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES", "hdfs, HTTPS", 1), 0);
  EXPECT_TRUE(Passes("hdfs://cluster/x"));
  EXPECT_TRUE(Passes("https://host/x"));
  EXPECT_FALSE(Passes("http://host/x"));
  unsetenv("MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES");
}

}  // namespace
}  // namespace cairn::mlflow
