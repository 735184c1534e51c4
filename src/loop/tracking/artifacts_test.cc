#include "loop/tracking/artifacts.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/tracking/artifact_parts.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

TEST(ArtifactPath, OnlyPlainPathsBelowTheRootPass) {
  EXPECT_EQ(*CheckedArtifactPath("a//b/./c.txt"), "a/b/c.txt");
  EXPECT_EQ(*CheckedArtifactPath(""), "");
  EXPECT_EQ(*CheckedArtifactPath("50% off.txt"), "50% off.txt");
  for (const char* path : {"..", "a/../b", "/etc", "a\\b", "a#b", "c:/x", "%2e%2e/x", "%252e%252e/x",
                           "a/%2e./%2e%2e", "./%2fetc", "a\nb", "%25252525252525252525252e"}) {
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

TEST(ArtifactPath, RelativeLocationsAreTakenFromTheWorkingFolder) {
  const auto here = *os::WorkingFolder();
  EXPECT_EQ(*AbsoluteLocation("runs"), here + "/runs");
  EXPECT_EQ(*AbsoluteLocation("./a//b/../c/"), here + "/a/c");
  EXPECT_EQ(*AbsoluteLocation("file:a/b"), "file://" + here + "/a/b");
  for (const char* as_it_is :
       {"/abs/x", "file:///abs", "file:/abs", "s3://bucket/x?y=z", "mlflow-artifacts:/0", "dbfs:/x", ""})
    EXPECT_EQ(*AbsoluteLocation(as_it_is), as_it_is);
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

TEST_F(ArtifactsTest, EqualContentStaysTwoFilesOfWhichEachCanBeEditedInPlace) {
  const std::string content(200'000, 'x');
  ASSERT_TRUE(Put("one/model.bin", content));
  ASSERT_TRUE(Put("two/model.bin", content));
  std::ofstream(folder_ / "root/one/model.bin", std::ios::in | std::ios::binary) << "edited";
  EXPECT_EQ(*os::ReadFile(folder_ / "root/two/model.bin"), content);
  ASSERT_TRUE(Put("three/model.bin", content));
  EXPECT_EQ(*os::ReadFile(folder_ / "root/three/model.bin"), content) << "not the twin that was edited";
}

TEST_F(ArtifactsTest, AnUploadThatFailsLeavesNothingAndTheOldFileInPlace) {
  ASSERT_TRUE(Put("run/a.txt", "old"));
  EXPECT_EQ(artifacts_.Adopt("run/a.txt", folder_ / "absent").error().reason, Reason::NotFound);
  EXPECT_EQ(*os::ReadFile(folder_ / "root/run/a.txt"), "old");
  EXPECT_EQ(*os::ListFolder(folder_ / "root/run"), std::vector<std::string>{"a.txt"});
}

TEST_F(ArtifactsTest, AFilesVersionFollowsItsContent) {
  ASSERT_TRUE(Put("a.txt", "1"));
  const auto first = artifacts_.Find("a.txt")->version;
  EXPECT_EQ(artifacts_.Find("a.txt")->version, first);
  ASSERT_TRUE(Put("a.txt", "2"));
  EXPECT_NE(artifacts_.Find("a.txt")->version, first);
}

TEST_F(ArtifactsTest, OurOwnFolderIsNobodysArtifact) {
  ASSERT_TRUE(Put("a.txt", "1"));
  ASSERT_TRUE(os::MakeFolders(folder_ / "root/.cairn-contents"));
  EXPECT_EQ(Put(".cairn-contents/x", "1").error().message, "Invalid path");
  EXPECT_EQ(Put("run/.cairn-contents/x", "1").error().message, "Invalid path");
  EXPECT_EQ(Put("run/.cairn-arriving-1", "1").error().message, "Invalid path");
  ASSERT_EQ(artifacts_.List("")->size(), 1u);
  EXPECT_EQ(artifacts_.All()->size(), 1u);
}

TEST_F(ArtifactsTest, WhatIsDiscardedTakesItsEmptyFoldersAlong) {
  ASSERT_TRUE(Put("run/deep/a.txt", "1"));
  ASSERT_TRUE(Put("run/b.txt", "22"));
  const auto all = *artifacts_.All();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].path, "run/b.txt");
  EXPECT_EQ(all[0].bytes, 2u);
  ASSERT_TRUE(artifacts_.Discard(std::span(&all[1], 1), 0));
  ASSERT_TRUE(artifacts_.Discard(std::span(&all[1], 1), 0)) << "what is gone is fine";
  EXPECT_FALSE(os::Exists(folder_ / "root/run/deep"));
  EXPECT_TRUE(os::Exists(folder_ / "root/run/b.txt"));
  EXPECT_TRUE(os::Exists(folder_ / "root"));
}

TEST_F(ArtifactsTest, PartsThatCameInAnyOrderMakeOneFile) {
  ArtifactParts parts(artifacts_);
  const auto send = [&](const std::string& id, std::int64_t number, const std::string& bytes) {
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / "part", bytes));
    return parts.Take(id, number, folder_ / "part");
  };
  const auto id = *parts.Begin("run/big.bin");
  const auto last = *send(id, 3, "c"), lost = *send(id, 1, "x"), first = *send(id, 1, "a"),
             middle = *send(id, 2, "b");
  EXPECT_EQ(ArtifactParts(artifacts_).Complete(id, "run/other.bin", {}).error().reason,
            Reason::InvalidArgument);
  const std::vector<ArtifactParts::Part> wrong = {{1, first}, {2, last}, {3, last}};
  EXPECT_EQ(parts.Complete(id, "run/big.bin", wrong).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(artifacts_.Find("run/big.bin").error().reason, Reason::NotFound);
  const std::vector<ArtifactParts::Part> all = {{1, first}, {2, middle}, {3, last}};
  ASSERT_TRUE(ArtifactParts(artifacts_).Complete(id, "run/big.bin", all)) << "also after a restart";
  EXPECT_EQ(*os::ReadFile(artifacts_.Find("run/big.bin")->path), "abc");
  EXPECT_EQ(artifacts_.List("")->size(), 1u) << "the parts are nobody's artifact";
  EXPECT_EQ(parts.Complete(id, "run/big.bin", all).error().reason, Reason::NotFound);
}

TEST_F(ArtifactsTest, PartsOfAnUploadThatIsGivenUpGo) {
  ArtifactParts parts(artifacts_);
  const auto id = *parts.Begin("run/big.bin");
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "part", "a"));
  EXPECT_EQ(parts.Take(id, 0, folder_ / "part").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(parts.Take("../..", 1, folder_ / "part").error().reason, Reason::NotFound);
  ASSERT_TRUE(parts.Take(id, 1, folder_ / "part"));
  ASSERT_TRUE(parts.Abort(id));
  ASSERT_TRUE(parts.Abort(id));
  EXPECT_TRUE(artifacts_.All()->empty());
  EXPECT_EQ(parts.Begin("../x").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(parts.Begin("").error().reason, Reason::InvalidArgument);
}

TEST(ArtifactsPlace, ABucketWithoutCredentialsIsRefused) {
  ::unsetenv("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(Artifacts::Open("s3://models/x", "cache").error().reason, Reason::InvalidArgument);
}

}  // namespace
}  // namespace cairn::tracking
