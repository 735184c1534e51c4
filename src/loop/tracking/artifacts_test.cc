#include "loop/tracking/artifacts.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

TEST(ArtifactPath, OnlyPlainPathsBelowTheRootPass) {
  EXPECT_EQ(*CheckedArtifactPath("a//b/./c.txt"), "a/b/c.txt");
  EXPECT_EQ(*CheckedArtifactPath(""), "");
  EXPECT_EQ(*CheckedArtifactPath("50% off.txt"), "50% off.txt");
  for (const char* path : {"..", "a/../b", "/etc", "a\\b", "a#b", "c:/x", "%2e%2e/x", "%252e%252e/x",
                           "a/%2e./%2e%2e", "a\nb", "%25252525252525252525252e"}) {
    const auto checked = CheckedArtifactPath(path);
    ASSERT_FALSE(checked) << path;
    EXPECT_EQ(checked.error().message, "Invalid path");
  }
}

TEST(ArtifactPath, TheProxysUrisNamePathsBelowTheRoot) {
  EXPECT_EQ(*ProxiedPath("mlflow-artifacts:/0/r/artifacts"), "0/r/artifacts");
  EXPECT_EQ(*ProxiedPath("mlflow-artifacts://host:5000/0/r"), "0/r");
  EXPECT_EQ(*ProxiedPath("mlflow-artifacts:/0?x=y"), "0");
  EXPECT_EQ(ProxiedPath("s3://bucket/x").error().reason, Reason::Unsupported);
  EXPECT_EQ(ProxiedPath("mlflow-artifacts:/../x").error().reason, Reason::InvalidArgument);
}

class ArtifactsTest : public ::testing::Test {
 protected:
  Result<> Put(std::string_view path, std::string_view bytes) {
    const auto source = folder_ / "upload";
    EXPECT_TRUE(os::WriteFileAtomically(source, bytes));
    return artifacts_.Adopt(path, source);
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  Artifacts artifacts_{folder_ / "root"};
};

TEST_F(ArtifactsTest, FilesAreFoundListedReplacedAndRemoved) {
  EXPECT_TRUE(artifacts_.List("")->empty());
  ASSERT_TRUE(Put("run/a/one.txt", "1"));
  ASSERT_TRUE(Put("run/two.txt", "22"));
  ASSERT_TRUE(Put("run/two.txt", "333"));
  const auto listed = artifacts_.List("run");
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ(listed->at(0).path, "a");
  EXPECT_TRUE(listed->at(0).folder);
  EXPECT_EQ(listed->at(1).bytes, 3u);
  EXPECT_EQ(*os::ReadFile(artifacts_.Find("run/two.txt")->path), "333");
  EXPECT_TRUE(artifacts_.List("run/two.txt")->empty()) << "how clients tell a file from a folder";
  ASSERT_TRUE(artifacts_.Remove("run/a"));
  EXPECT_EQ(artifacts_.Find("run/a/one.txt").error().reason, Reason::NotFound);
  EXPECT_EQ(artifacts_.Remove("run/a").error().reason, Reason::NotFound);
}

TEST_F(ArtifactsTest, AFolderIsNoFileAndTheRootIsNotRemoved) {
  ASSERT_TRUE(Put("run/a.txt", "1"));
  EXPECT_EQ(artifacts_.Find("run").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Put("run", "1").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Put("", "1").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(artifacts_.Remove("").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(artifacts_.Remove("run/..").error().reason, Reason::InvalidArgument);
}

TEST_F(ArtifactsTest, ALinkThatLeadsOutIsNotFollowed) {
  ASSERT_TRUE(Put("run/a.txt", "1"));
  ASSERT_TRUE(os::MakeFolders(folder_ / "outside"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "outside/secret", "s"));
  ASSERT_TRUE(os::Symlink(folder_ / "outside", folder_ / "root/run/link"));
  EXPECT_EQ(artifacts_.Find("run/link/secret").error().message, "Invalid path");
  EXPECT_EQ(artifacts_.List("run/link").error().message, "Invalid path");
  EXPECT_EQ(Put("run/link/new", "1").error().message, "Invalid path");
  EXPECT_EQ(Put("run/link/deep/new", "1").error().message, "Invalid path");
  EXPECT_FALSE(os::Exists(folder_ / "outside/new"));
}

}  // namespace
}  // namespace cairn::tracking
