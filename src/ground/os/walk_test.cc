#include "ground/os/walk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <map>
#include <thread>

#include "ground/os/descriptor.h"
#include "ground/os/file_lock.h"
#include "ground/os/temp_folder.h"

namespace cairn::os {
namespace {

class WalkTest : public testing::Test {
 protected:
  void Write(const std::string& name) {
    ASSERT_TRUE(MakeFolders(ParentOf(folder_ / name)));
    const auto file = CreateFile(folder_ / name);
    ASSERT_TRUE(file && WriteAll(file->number(), name, name));
  }

  std::map<std::string, FileKind> Found(Detail detail, std::shared_ptr<const WalkRules> rules = nullptr) {
    std::map<std::string, FileKind> found;
    const auto walk = WalkTree(folder_.path(), detail, rules);
    EXPECT_TRUE(walk) << walk.error().message;
    if (!walk) return found;
    for (const auto& folder : walk->folders) {
      for (const auto& entry : folder.entries) found[JoinPath(folder.path, entry.name)] = entry.kind;
    }
    return found;
  }

  TempFolder folder_ = *TempFolder::Create();
};

/// Folders in folders, until their path is longer than the system opens; taken away again at the end.
class DeepFolders {
 public:
  explicit DeepFolders(const std::string& root) {
    open_.emplace_back(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (std::size_t bytes = 0; bytes < PATH_MAX + name_.size(); bytes += name_.size() + 1) {
      mkdirat(open_.back().number(), name_.c_str(), 0755);
      open_.emplace_back(openat(open_.back().number(), name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
  }
  ~DeepFolders() {
    open_.pop_back();
    for (; !open_.empty(); open_.pop_back()) unlinkat(open_.back().number(), name_.c_str(), AT_REMOVEDIR);
  }

 private:
  const std::string name_ = std::string(200, 'd');
  std::vector<Descriptor> open_;
};

TEST_F(WalkTest, WhatLiesTooDeepIsNamed) {
  const DeepFolders deep(folder_.path());
  const auto walk = WalkTree(folder_.path(), Detail::Stamps, nullptr);
  ASSERT_TRUE(walk) << walk.error().message;
  ASSERT_EQ(walk->unreadable.size(), 1U);
  EXPECT_GE(JoinPath(folder_.path(), walk->unreadable[0]).size(), std::size_t{PATH_MAX});
}

TEST_F(WalkTest, EverythingIsFoundWithItsStamp) {
  Write("a");
  Write("b/c/d");
  Write("b/\n\xFF");
  const auto walk = WalkTree(folder_.path(), Detail::Stamps, nullptr);
  ASSERT_TRUE(walk);
  ASSERT_EQ(walk->folders.size(), 3U);
  EXPECT_EQ(walk->folders[0].path, "");
  EXPECT_EQ(walk->folders[2].path, "b/c");
  EXPECT_EQ(walk->folders[2].entries.at(0).name, "d");
  EXPECT_EQ(walk->folders[2].entries.at(0).stamp, Stat(folder_ / "b/c/d")->stamp);
  EXPECT_EQ(Found(Detail::Names).count("b/\n\xFF"), 1U);
}

TEST_F(WalkTest, ALargeFolderIsSharedByThreadsAndNothingIsLost) {
  for (int i = 0; i < 5000; ++i) Write("f" + std::to_string(i));
  for (int i = 0; i < 50; ++i) Write("d" + std::to_string(i) + "/x");
  const auto walk = WalkTree(folder_.path(), Detail::Stamps, nullptr);
  ASSERT_TRUE(walk);
  ASSERT_EQ(walk->folders.size(), 51U);
  EXPECT_EQ(walk->folders[0].entries.size(), 5050U);
  for (const auto& entry : walk->folders[0].entries) {
    if (entry.kind == FileKind::File) {
      ASSERT_EQ(entry.stamp.size, entry.name.size());
    }
  }
}

TEST_F(WalkTest, LinksAreLookedThroughAndNotEntered) {
  Write("real/file");
  ASSERT_TRUE(Symlink("real/file", folder_ / "to_file"));
  ASSERT_TRUE(Symlink(".", folder_ / "circle"));
  ASSERT_TRUE(Symlink("nowhere", folder_ / "broken"));
  const auto found = Found(Detail::Stamps);
  EXPECT_EQ(found.at("to_file"), FileKind::File);
  EXPECT_EQ(found.at("circle"), FileKind::Folder);
  EXPECT_EQ(found.at("broken"), FileKind::Symlink);
  EXPECT_EQ(found.size(), 5U);
  EXPECT_EQ(Found(Detail::Names).at("circle"), FileKind::Symlink);
}

/// Leaves out what is called `skip`, and everything below a folder that holds `stop`.
class Rules final : public WalkRules {
 public:
  explicit Rules(bool all) : all_(all) {}
  Result<std::shared_ptr<const WalkRules>> In(const WalkedFolder& folder) const override {
    for (const auto& entry : folder.entries) {
      if (entry.name == "wrong") return Error{Reason::Unprocessable, folder.path};
      if (entry.name == "stop") return std::shared_ptr<const WalkRules>(std::make_shared<Rules>(true));
    }
    return std::shared_ptr<const WalkRules>();
  }
  bool LeaveOut(std::string_view, std::string_view name, bool) const override {
    return name == "skip" || all_;
  }

 private:
  const bool all_;
};

TEST_F(WalkTest, RulesHoldForTheFolderAndWhatIsBelow) {
  Write("a/skip/x");
  Write("a/kept");
  Write("b/stop");
  Write("b/c/d");
  const auto found = Found(Detail::Stamps, std::make_shared<Rules>(false));
  EXPECT_EQ(found.size(), 3U);
  EXPECT_EQ(found.count("a/kept"), 1U);
  Write("a/wrong");
  const auto walk = WalkTree(folder_.path(), Detail::Names, std::make_shared<Rules>(false));
  ASSERT_FALSE(walk);
  EXPECT_EQ(walk.error().reason, Reason::Unprocessable);
  EXPECT_EQ(walk.error().message, "a");
}

TEST_F(WalkTest, AMissingRootIsSaidSo) {
  EXPECT_EQ(WalkTree(folder_ / "none", Detail::Names, nullptr).error().reason, Reason::NotFound);
  Write("file");
  EXPECT_FALSE(WalkTree(folder_ / "file", Detail::Names, nullptr));
}

TEST_F(WalkTest, ALockIsHeldByOneUntilItIsGivenBack) {
  const std::string path = folder_ / "lock";
  {
    auto held = *FileLock::Try(path);
    ASSERT_TRUE(held);
    ASSERT_TRUE(held->Say("me"));
    EXPECT_FALSE(*FileLock::Try(path));
    ASSERT_TRUE(held->RemoveFile());
    // A file of the same name is another lock.
    EXPECT_TRUE(*FileLock::Try(path));
  }
  auto first = *FileLock::Try(path);
  ASSERT_TRUE(first);
  std::thread waiting([&] { EXPECT_TRUE(FileLock::Wait(path)); });
  first.reset();
  waiting.join();
}

}  // namespace
}  // namespace cairn::os
