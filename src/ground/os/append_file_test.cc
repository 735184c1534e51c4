#include "ground/os/append_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <set>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/crash_disk.h"

namespace cairn::os {
namespace {

/// Both disks keep one promise; a path and a folder that fit each.
struct Place {
  std::unique_ptr<TempFolder> folder;
  std::unique_ptr<Disk> disk;
  std::string root;
};

class AppendFiles : public ::testing::TestWithParam<bool> {
 protected:
  AppendFiles() {
    if (GetParam()) {
      place_ = {std::make_unique<TempFolder>(*TempFolder::Create()), std::make_unique<SystemDisk>(), ""};
      place_.root = place_.folder->path();
    } else {
      place_ = {nullptr, std::make_unique<testing::CrashDisk>(), "memory"};
    }
  }
  std::string Path(const char* name) const { return JoinPath(place_.root, name); }

  Place place_;
};

TEST_P(AppendFiles, GrowAndGoOnWhereTheyEnded) {
  {
    auto file = *place_.disk->OpenAppend(Path("a"));
    ASSERT_TRUE(file->Append("one"));
    ASSERT_TRUE(file->Sync());
    EXPECT_EQ(file->size(), 3u);
  }
  auto file = *place_.disk->OpenAppend(Path("a"));
  EXPECT_EQ(file->size(), 3u);
  ASSERT_TRUE(file->Append("two"));
  EXPECT_EQ(*place_.disk->Read(Path("a")), "onetwo");
  EXPECT_EQ(*place_.disk->List(place_.root), std::vector<std::string>{"a"});
  EXPECT_TRUE(place_.disk->List(Path("none"))->empty());
}

TEST_P(AppendFiles, ATornTailIsCutOff) {
  ASSERT_TRUE((*place_.disk->OpenAppend(Path("a")))->Append("whole|torn"));
  ASSERT_TRUE(place_.disk->Cut(Path("a"), 6));
  EXPECT_EQ((*place_.disk->OpenAppend(Path("a")))->size(), 6u);
  EXPECT_EQ(*place_.disk->Read(Path("a")), "whole|");
  EXPECT_EQ(place_.disk->Read(Path("b")).error().reason, Reason::NotFound);
}

INSTANTIATE_TEST_SUITE_P(Disks, AppendFiles, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "System" : "Crash"; });

TEST(SystemDisk, AnAppendThatFailsLeavesNoPartOfIt) {
  const auto folder = *TempFolder::Create();
  SystemDisk disk;
  auto file = *disk.OpenAppend(folder / "a");
  ASSERT_TRUE(file->Append("12345"));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 8;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto refused = file->Append("678901234");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::TooLarge);
  EXPECT_EQ(*disk.Read(folder / "a"), "12345");
  EXPECT_TRUE(file->Append("6"));
  EXPECT_EQ(file->size(), 6u);
}

TEST(CrashDisk, KeepsWhatWasSyncedAndAnyPartOfTheRest) {
  std::set<std::size_t> left;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    testing::CrashDisk disk(seed);
    auto file = *disk.OpenAppend("d/a");
    ASSERT_TRUE(file->Append("synced"));
    ASSERT_TRUE(file->Sync());
    ASSERT_TRUE(file->Append("lost or not"));
    EXPECT_EQ(disk.Durable("d/a"), 6u);
    disk.Crash();
    const std::string after = *disk.Read("d/a");
    EXPECT_EQ(after.substr(0, 6), "synced");
    left.insert(after.size());
    EXPECT_EQ(file->Append("x").error().reason, Reason::Unavailable);
    EXPECT_EQ(file->Sync().error().reason, Reason::Unavailable);
    ASSERT_TRUE((*disk.OpenAppend("d/a"))->Append("!"));
  }
  EXPECT_EQ(*left.begin(), 6u);
  EXPECT_EQ(*left.rbegin(), 17u);
  EXPECT_GT(left.size(), 8u);
}

TEST(CrashDisk, TearsTheTailIntoBlocks) {
  int torn = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    testing::CrashDisk disk(seed);
    ASSERT_TRUE((*disk.OpenAppend("a"))->Append(std::string(8192, 'x')));
    disk.Crash();
    torn += disk.Read("a")->find('\0') != std::string::npos;
  }
  EXPECT_GT(torn, 10);
}

TEST(CrashDisk, EqualSeedsLoseTheSame) {
  const auto after = [](std::uint64_t seed) {
    testing::CrashDisk disk(seed);
    EXPECT_TRUE((*disk.OpenAppend("a"))->Append(std::string(4000, 'x')));
    disk.Crash();
    return *disk.Read("a");
  };
  EXPECT_EQ(after(7), after(7));
  EXPECT_NE(after(7), after(8));
}

TEST(CrashDisk, AFullDiskAndAFailedSyncAreSaid) {
  testing::CrashDisk disk;
  auto file = *disk.OpenAppend("a");
  disk.SetCapacity(4);
  ASSERT_TRUE(file->Append("1234"));
  EXPECT_EQ(file->Append("5").error().reason, Reason::Exhausted);
  disk.SetCapacity(100);
  ASSERT_TRUE(file->Append("5"));
  disk.FailNextSync();
  EXPECT_EQ(file->Sync().error().reason, Reason::Corrupt);
  EXPECT_EQ(file->Sync().error().reason, Reason::Corrupt);
  EXPECT_EQ(file->Append("6").error().reason, Reason::Corrupt);
  EXPECT_EQ(disk.Durable("a"), 0u);
}

TEST(SystemDisk, SyncingWhileAppendingIsSafe) {
  const auto folder = *TempFolder::Create();
  SystemDisk disk;
  auto file = *disk.OpenAppend(folder / "a");
  std::thread syncing([&] {
    while (file->size() < 1000) EXPECT_TRUE(file->Sync());
  });
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(file->Append("x"));
  syncing.join();
  EXPECT_EQ(disk.Read(folder / "a")->size(), 1000u);
}

}  // namespace
}  // namespace cairn::os
