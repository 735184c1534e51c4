#include "ground/os/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "ground/os/descriptor.h"
#include "ground/os/mapped_file.h"
#include "ground/os/new_file.h"
#include "ground/os/system_error.h"
#include "ground/os/temp_folder.h"

namespace cairn::os {
namespace {

class Files : public testing::Test {
 protected:
  std::vector<std::string> PathsOf(const std::string& root, Symlinks symlinks) {
    std::vector<std::string> paths;
    const auto listed = ListTree(root, symlinks);
    if (!listed) return {listed.error().message};
    for (const TreeEntry& entry : *listed) paths.push_back(entry.path);
    return paths;
  }

  TempFolder folder_ = *TempFolder::Create();
};

TEST_F(Files, AFolderThatOthersTakeAwayMeanwhileIsMade) {
  const std::string shared = JoinPath(folder_.path(), "shared");
  std::atomic<bool> ended = false;
  std::thread taking([&] {
    while (!ended) static_cast<void>(bool(Remove(shared)));
  });
  for (int round = 0; round < 5000; ++round) {
    const auto made = MakeFolders(shared);
    EXPECT_TRUE(made) << made.error().message;
  }
  ended = true;
  taking.join();
}

TEST_F(Files, WhatIsWrittenIsReadBack) {
  const std::string path = folder_ / "a", bytes(200'000, 'x');
  ASSERT_TRUE(WriteFileAtomically(path, bytes, 0600));
  EXPECT_EQ(*ReadFile(path), bytes);
  EXPECT_EQ(Stat(path)->mode, 0600u);
  EXPECT_EQ(Stat(path)->stamp.size, bytes.size());
  EXPECT_EQ(MappedFile::Open(path)->bytes(), bytes);
  ASSERT_TRUE(WriteFileAtomically(path, ""));
  EXPECT_EQ(*ReadFile(path), "");
  EXPECT_EQ(MappedFile::Open(path)->bytes(), "");
}

TEST_F(Files, AFileOverTheLimitIsRefused) {
  ASSERT_TRUE(WriteFileAtomically(folder_ / "a", "12345"));
  EXPECT_TRUE(ReadFile(folder_ / "a", 5));
  EXPECT_EQ(ReadFile(folder_ / "a", 4).error().reason, Reason::TooLarge);
  EXPECT_EQ(ReadFile("/dev/zero", 1000).error().reason, Reason::TooLarge);
}

TEST_F(Files, ErrorsNameThePathAndTheRemedy) {
  const auto missing = ReadFile(folder_ / "no/such").error();
  EXPECT_EQ(missing.reason, Reason::NotFound);
  EXPECT_NE(missing.message.find(folder_ / "no/such"), std::string::npos);
  EXPECT_EQ(WriteFileAtomically(folder_ / "no/such", "").error().reason, Reason::NotFound);
  EXPECT_EQ(ReadFile(folder_.path()).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(ReadFile(std::string("a\0b", 3)).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(SystemError(ENOSPC, "write", "x").message,
            "Cannot write 'x': the disk is full; free some space and try again.");
  EXPECT_EQ(SystemError(ENOSPC, "write", "x").reason, Reason::Exhausted);
  EXPECT_EQ(SystemError(EACCES, "write", "x").reason, Reason::Denied);
}

TEST_F(Files, AFullDiskIsSaidAndLeavesNothing) {
  const Descriptor full = *Open("/dev/full", O_WRONLY);
  EXPECT_EQ(WriteAll(full.number(), "x", "/dev/full").error().reason, Reason::Exhausted);
}

TEST_F(Files, ADroppedNewFileLeavesNothing) {
  {
    NewFile file = *NewFile::Create(folder_ / "a");
    ASSERT_TRUE(file.Append("half"));
    EXPECT_FALSE(Exists(folder_ / "a"));
    EXPECT_EQ(ListFolder(folder_.path())->size(), 1u);
  }
  EXPECT_TRUE(ListFolder(folder_.path())->empty());
}

TEST_F(Files, PublishingCanRefuseToReplace) {
  ASSERT_TRUE(WriteFileAtomically(folder_ / "a", "old"));
  {
    NewFile file = *NewFile::Create(folder_ / "a");
    ASSERT_TRUE(file.Append("new"));
    EXPECT_EQ(file.Publish(NewFile::Existing::Refuse).error().reason, Reason::AlreadyExists);
  }
  EXPECT_EQ(*ReadFile(folder_ / "a"), "old");
  EXPECT_EQ(ListFolder(folder_.path())->size(), 1u);
}

TEST_F(Files, ANameAsLongAsTheSystemAllowsCanBeWritten) {
  EXPECT_TRUE(WriteFileAtomically(folder_ / std::string(255, 'n'), "x"));
  EXPECT_EQ(WriteFileAtomically(folder_ / std::string(256, 'n'), "x").error().reason,
            Reason::InvalidArgument);
}

TEST_F(Files, FoldersAreMadeOnceAndNotOverFiles) {
  ASSERT_TRUE(MakeFolders(folder_ / "a/b/c"));
  ASSERT_TRUE(MakeFolders(folder_ / "a/b/c"));
  EXPECT_TRUE(IsFolder(folder_ / "a/b/c"));
  ASSERT_TRUE(WriteFileAtomically(folder_ / "f", ""));
  EXPECT_EQ(MakeFolders(folder_ / "f").error().reason, Reason::AlreadyExists);
  EXPECT_EQ(MakeFolders(folder_ / "f/g").error().reason, Reason::InvalidArgument);
}

TEST_F(Files, TreesAreSortedByWholePath) {
  ASSERT_TRUE(MakeFolders(folder_ / "a/x"));
  for (const char* name : {"a/x/1", "a.b", "a/2", "b"}) ASSERT_TRUE(WriteFileAtomically(folder_ / name, "x"));
  EXPECT_EQ(PathsOf(folder_.path(), Symlinks::Report),
            (std::vector<std::string>{"a", "a.b", "a/2", "a/x", "a/x/1", "b"}));
}

TEST_F(Files, LinksAreReportedOrFollowedButNeverInCircles) {
  ASSERT_TRUE(MakeFolders(folder_ / "real"));
  ASSERT_TRUE(MakeFolders(folder_ / "root"));
  ASSERT_TRUE(WriteFileAtomically(folder_ / "real/f", "12"));
  ASSERT_TRUE(Symlink("../real", folder_ / "root/folder"));
  ASSERT_TRUE(Symlink("../real/f", folder_ / "root/file"));
  ASSERT_TRUE(Symlink("nowhere", folder_ / "root/lost"));
  EXPECT_EQ(PathsOf(folder_ / "root", Symlinks::Report),
            (std::vector<std::string>{"file", "folder", "lost"}));
  const auto followed = *ListTree(folder_ / "root", Symlinks::Follow);
  ASSERT_EQ(followed.size(), 4u);
  EXPECT_EQ(followed[0].kind, FileKind::File);
  EXPECT_EQ(followed[0].stamp.size, 2u);
  EXPECT_EQ(followed[2].path, "folder/f");
  EXPECT_EQ(followed[3].kind, FileKind::Symlink);
  ASSERT_TRUE(Symlink("..", folder_ / "root/up"));
  EXPECT_EQ(ListTree(folder_ / "root", Symlinks::Follow).error().reason, Reason::InvalidArgument);
}

TEST_F(Files, RemovingATreeSparesWhatLinksPointTo) {
  ASSERT_TRUE(MakeFolders(folder_ / "keep"));
  ASSERT_TRUE(WriteFileAtomically(folder_ / "keep/f", "x"));
  ASSERT_TRUE(MakeFolders(folder_ / "go/deep/er"));
  ASSERT_TRUE(Symlink(folder_ / "keep", folder_ / "go/deep/link"));
  ASSERT_TRUE(RemoveTree(folder_ / "go"));
  EXPECT_FALSE(Exists(folder_ / "go"));
  EXPECT_TRUE(Exists(folder_ / "keep/f"));
  EXPECT_TRUE(RemoveTree(folder_ / "go"));
}

TEST_F(Files, BlocksAreSharedOnlyAmongEqualFilesAndNeitherChanges) {
  const std::string content(100'000, 'x');
  ASSERT_TRUE(WriteFileAtomically(folder_ / "a", content));
  ASSERT_TRUE(WriteFileAtomically(folder_ / "b", content));
  ASSERT_TRUE(WriteFileAtomically(folder_ / "longer", content + "y"));
  const auto shared = ShareBlocks(folder_ / "a", folder_ / "b");
  EXPECT_TRUE(shared || shared.error().reason == Reason::Unsupported) << shared.error().message;
  EXPECT_EQ(ShareBlocks(folder_ / "a", folder_ / "longer").error().reason, Reason::Conflict);
  EXPECT_EQ(ShareBlocks(folder_ / "none", folder_ / "b").error().reason, Reason::NotFound);
  EXPECT_EQ(*ReadFile(folder_ / "b"), content);
  EXPECT_EQ(*ReadFile(folder_ / "longer"), content + "y");
}

TEST_F(Files, CopiesHoldTheSameBytesAndDoNotOverwrite) {
  const std::string bytes(3'000'000, 'c');
  ASSERT_TRUE(WriteFileAtomically(folder_ / "a", bytes));
  ASSERT_TRUE(CopyFile(folder_ / "a", folder_ / "b", 0444));
  EXPECT_EQ(*ReadFile(folder_ / "b"), bytes);
  EXPECT_EQ(Stat(folder_ / "b")->mode, 0444u);
  EXPECT_EQ(CopyFile(folder_ / "a", folder_ / "b").error().reason, Reason::AlreadyExists);
  ASSERT_TRUE(CopyFile("/proc/self/status", folder_ / "s"));
  EXPECT_GT(Stat(folder_ / "s")->stamp.size, 0u);
  const auto shared = Reflink(folder_ / "a", folder_ / "c");
  if (shared) {
    EXPECT_EQ(*ReadFile(folder_ / "c"), bytes);
  } else {
    EXPECT_EQ(shared.error().reason, Reason::Unsupported) << shared.error().message;
    EXPECT_FALSE(Exists(folder_ / "c"));
  }
  ASSERT_TRUE(HardLink(folder_ / "a", folder_ / "d"));
  EXPECT_EQ(Stat(folder_ / "d")->stamp.inode, Stat(folder_ / "a")->stamp.inode);
}

TEST_F(Files, AStampChangesWithTheContent) {
  ASSERT_TRUE(WriteFileAtomically(folder_ / "a", "1"));
  const FileStamp before = Stat(folder_ / "a")->stamp;
  EXPECT_EQ(before, Stat(folder_ / "a")->stamp);
  ASSERT_TRUE(WriteFileAtomically(folder_ / "a", "2"));
  EXPECT_NE(before, Stat(folder_ / "a")->stamp);
}

TEST_F(Files, PathsArePutTogetherAndTakenApart) {
  EXPECT_EQ(ParentOf("a/b/c"), "a/b");
  EXPECT_EQ(ParentOf("c"), ".");
  EXPECT_EQ(ParentOf("/c"), "/");
  EXPECT_EQ(ParentOf("a/b/"), "a");
  EXPECT_EQ(BaseName("a/b/"), "b");
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
  EXPECT_EQ(JoinPath(ProgramFolder(), BaseName(ProgramPath())), ProgramPath());
}

TEST_F(Files, SpaceAndSyncing) {
  EXPECT_GT(*FreeSpace(folder_.path()), 0u);
  EXPECT_TRUE(SyncFolder(folder_.path()));
  EXPECT_TRUE(SyncFileSystem(folder_.path()));
}

}  // namespace
}  // namespace cairn::os
