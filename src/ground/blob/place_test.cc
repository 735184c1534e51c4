#include "ground/blob/place.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace cairn::blob {
namespace {

class PlaceTest : public ::testing::Test {
 protected:
  PlaceTest() {
    for (const char* name : {"MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL",
                             "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"})
      ::unsetenv(name);
    ::setenv("AWS_ACCESS_KEY_ID", "key", 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  }
};

TEST_F(PlaceTest, AUrlAndTheUsualVariablesSayWhereAndWho) {
  const auto plain = PlaceFromEnvironment("s3://models");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->prefix, "");
  EXPECT_EQ(plain->endpoint, "");
  EXPECT_EQ(plain->region, "us-east-1");
  ::setenv("AWS_ENDPOINT_URL", "http://general:1", 1);
  ::setenv("AWS_ENDPOINT_URL_S3", "http://s3:2/", 1);
  ::setenv("AWS_REGION", "eu-west-1", 1);
  const auto place = PlaceFromEnvironment("s3://models/a/b/");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->Shown(), "s3://models/a/b");
  EXPECT_EQ(place->endpoint, "http://s3:2");
  EXPECT_EQ(place->region, "eu-west-1");
}

TEST_F(PlaceTest, WhatIsMalformedOrMissingIsNamed) {
  for (const char* url : {"s3://", "s3://a", "s3://mo dels/x", "s3://models//x", "s3://models/../x",
                          "s3://models/a#b", "/models", "s3://.models/x"}) {
    const auto place = PlaceFromEnvironment(url);
    ASSERT_FALSE(place) << url;
    EXPECT_EQ(place.error().reason, Reason::InvalidArgument);
  }
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  EXPECT_NE(PlaceFromEnvironment("s3://models").error().message.find("AWS_SECRET_ACCESS_KEY"),
            std::string::npos);
  ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  ::setenv("AWS_ENDPOINT_URL", "localhost:9000", 1);
  EXPECT_NE(PlaceFromEnvironment("s3://models").error().message.find("localhost:9000"), std::string::npos);
}

}  // namespace
}  // namespace cairn::blob
