#include "loop/tracking/artifact_places.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::tracking {
namespace {

class ArtifactPlacesTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(folder_ / path)));
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / path, bytes));
  }
  Reason RefusalOf(const std::string& uri) {
    const auto found = places_.At(uri);
    EXPECT_FALSE(found) << uri;
    return found ? Reason::Internal : found.error().reason;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::string root_ = *os::RealPath(folder_.path());
  Artifacts own_{root_ + "/own"};
  const std::vector<std::string> opened_ = {root_ + "/shared/", "file://" + root_ + "/a%20b", "gs://bucket"};
  ArtifactPlaces places_{own_, opened_, root_ + "/cache"};
};

TEST_F(ArtifactPlacesTest, WhatTheServerKeepsIsItsOwnHoweverItIsWritten) {
  Write("own/0/run/a.txt", "1");
  for (const std::string& uri :
       {std::string("mlflow-artifacts:/0/run"), root_ + "/own/0/run", "file://" + root_ + "/own/0/run",
        std::string("http://host/api/2.0/mlflow-artifacts/artifacts/0/run")}) {
    const auto found = places_.At(uri);
    ASSERT_TRUE(found) << uri << ": " << found.error().message;
    EXPECT_TRUE(found->own);
    EXPECT_EQ(found->path, "0/run");
    EXPECT_EQ(found->artifacts->List(found->path)->size(), 1u);
  }
}

TEST_F(ArtifactPlacesTest, FoldersThatWereOpenedAreReadInEveryFormOfTheirUri) {
  Write("shared/exp/run/a.txt", "1");
  Write("a b/run/a.txt", "22");
  for (const std::string& uri :
       {root_ + "/shared/exp/run", root_ + "/shared/exp/run/", "file://" + root_ + "/shared/exp/run",
        "file:" + root_ + "/shared/exp/run", "file://localhost" + root_ + "/shared/exp/run",
        "file://" + root_ + "/a%20b/run", root_ + "/a b/run"}) {
    const auto found = places_.At(uri);
    ASSERT_TRUE(found) << uri << ": " << found.error().message;
    EXPECT_FALSE(found->own);
    EXPECT_TRUE(found->artifacts->Find(found->path + "/a.txt")) << uri;
  }
}

TEST_F(ArtifactPlacesTest, WhateverElseARecordNamesStaysClosed) {
  Write("secret/key", "s");
  Write("sharedness/key", "s");
  for (const auto& uri : {root_ + "/secret", "file://" + root_ + "/secret", root_ + "/sharedness",
                          std::string("/"), std::string("/etc/passwd"), std::string("s3://bucket/x")}) {
    EXPECT_EQ(RefusalOf(uri), Reason::Denied) << uri;
  }
  for (const std::string& uri :
       {root_ + "/shared/../secret", root_ + "/shared/%2e%2e/secret",
        "file://" + root_ + "/shared/%2e%2e/secret", "file://" + root_ + "/shared/%252e%252e/secret"}) {
    EXPECT_EQ(RefusalOf(uri), Reason::InvalidArgument) << uri;
  }
  for (const char* uri : {"gs://bucket/x", "relative/x", "file:relative", "dbfs:/x", "http://host/x", ""})
    EXPECT_EQ(RefusalOf(uri), Reason::Unsupported) << uri;
}

TEST_F(ArtifactPlacesTest, ALinkOutOfAnOpenedFolderIsNotFollowed) {
  Write("secret/key", "s");
  Write("shared/a", "1");
  ASSERT_TRUE(os::Symlink(root_ + "/secret", root_ + "/shared/link"));
  const auto found = places_.At(root_ + "/shared/link");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->artifacts->List(found->path).error().message, "Invalid path");
  EXPECT_EQ(found->artifacts->Find("link/key").error().message, "Invalid path");
}

}  // namespace
}  // namespace cairn::tracking
