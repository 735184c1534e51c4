#include "loop/repository/stat_index.h"

#include <gtest/gtest.h>

#include <thread>

#include "ground/os/descriptor.h"
#include "ground/os/temp_folder.h"

namespace cairn::repository {
namespace {

class StatIndexTest : public testing::Test {
 protected:
  static Fingerprint Path(int i) { return Fingerprint::OfPath("data/" + std::to_string(i)); }
  static StatIndex::Value Value(int i) {
    StatIndex::Value value{};
    value[0] = static_cast<std::uint8_t>(i);
    value[1] = static_cast<std::uint8_t>(i >> 8);
    return value;
  }
  StatIndex Open() { return StatIndex::Open(file_); }
  void Fill(StatIndex& index, int begin, int end) {
    for (int i = begin; i < end; ++i) index.Remember(Fact::Md5, Path(i), state_, Value(i));
  }
  int Known(const StatIndex& index, int begin, int end) {
    int known = 0;
    for (int i = begin; i < end; ++i) {
      const auto found = index.Find(Fact::Md5, Path(i), state_);
      if (!found) continue;
      EXPECT_EQ(*found, Value(i));
      ++known;
    }
    return known;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  const std::string file_ = folder_ / "sub/index";
  const Fingerprint state_ = Fingerprint::Of(os::FileStamp{1, 2, 3, 4});
};

TEST_F(StatIndexTest, WhatWasRememberedIsFoundUnderTheSameStampOnly) {
  StatIndex index = Open();
  Fill(index, 0, 1);
  EXPECT_EQ(Known(index, 0, 1), 1);
  ASSERT_TRUE(index.Save());
  const StatIndex again = Open();
  EXPECT_EQ(Known(again, 0, 1), 1);
  for (const os::FileStamp& other : {os::FileStamp{2, 2, 3, 4}, os::FileStamp{1, 3, 3, 4},
                                     os::FileStamp{1, 2, 4, 4}, os::FileStamp{1, 2, 3, 5}})
    EXPECT_FALSE(again.Find(Fact::Md5, Path(0), Fingerprint::Of(other)));
  EXPECT_FALSE(again.Find(Fact::Md5Dos2Unix, Path(0), state_));
  EXPECT_FALSE(again.Find(Fact::Md5, Path(1), state_));
}

TEST_F(StatIndexTest, AChangeWritesItsRecordAndNotTheTable) {
  StatIndex index = Open();
  Fill(index, 0, 20'000);
  ASSERT_TRUE(index.Save());
  const auto before = *os::Stat(file_);
  StatIndex next = Open();
  next.Remember(Fact::Md5, Path(7), state_, Value(9));
  next.Remember(Fact::Md5, Path(20'000), state_, Value(20'000));
  ASSERT_TRUE(next.Save());
  EXPECT_EQ(os::Stat(file_)->stamp.inode, before.stamp.inode);
  EXPECT_EQ(os::Stat(file_)->stamp.size, before.stamp.size);
  const StatIndex again = Open();
  EXPECT_EQ(*again.Find(Fact::Md5, Path(7), state_), Value(9));
  EXPECT_EQ(Known(again, 8, 20'001), 19'993);
}

TEST_F(StatIndexTest, ItGrowsAndLosesNextToNothing) {
  for (int begin = 0; begin < 100'000; begin += 10'000) {
    StatIndex index = Open();
    Fill(index, begin, begin + 10'000);
    ASSERT_TRUE(index.Save());
  }
  EXPECT_GT(Known(Open(), 0, 100'000), 99'000);
}

TEST_F(StatIndexTest, DamageCostsOnlyWhatIsDamaged) {
  StatIndex index = Open();
  Fill(index, 0, 1000);
  ASSERT_TRUE(index.Save());
  {
    const auto file = *os::OpenToChange(file_);
    ASSERT_TRUE(os::WriteAt(file, std::string(64 * 200 + 17, '\x5A'), 64 * 100 + 9, file_));
  }
  const int known = Known(Open(), 0, 1000);
  EXPECT_LT(known, 1000);
  EXPECT_GT(known, 500);
  for (const std::string& text : {std::string("cairn stat index 1\nrubbish"), std::string(),
                                  std::string(64, '\0'), std::string(70'000, 'x')}) {
    ASSERT_TRUE(os::WriteFileAtomically(file_, text));
    StatIndex damaged = Open();
    EXPECT_EQ(Known(damaged, 0, 1000), 0);
    Fill(damaged, 0, 10);
    ASSERT_TRUE(damaged.Save());
    EXPECT_EQ(Known(Open(), 0, 10), 10);
  }
}

TEST_F(StatIndexTest, ManyMaySaveAtOnceAndNobodyReadsWhatNobodyWrote) {
  {
    StatIndex index = Open();
    Fill(index, 0, 5000);
    ASSERT_TRUE(index.Save());
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 20; ++round) {
        StatIndex index = Open();
        Fill(index, 5000 + t * 500, 5000 + t * 500 + 25 * round);
        EXPECT_TRUE(index.Save());
        Known(index, 0, 7000);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  // A table that was replaced meanwhile takes what went into the old one along: it is only asked for again.
  EXPECT_GT(Known(Open(), 0, 5000), 4900);
}

TEST_F(StatIndexTest, AFileTouchedALittleWhileAgoIsNotSettled) {
  const std::int64_t now = 1'000'000'000'000'000'123;
  const auto at = [](std::int64_t ns) { return os::FileStamp{1, 1, ns, ns}; };
  EXPECT_FALSE(IsSettled(at(now - 1'000'000), now));
  EXPECT_TRUE(IsSettled(at(now - 30'000'000), now));
  EXPECT_FALSE(IsSettled(at(now + 30'000'000), now));
  // A file system that stamps in whole seconds.
  EXPECT_FALSE(IsSettled(at(now / 1'000'000'000 * 1'000'000'000 - 1'000'000'000), now));
  EXPECT_TRUE(IsSettled(at(now / 1'000'000'000 * 1'000'000'000 - 3'000'000'000), now));
}

}  // namespace
}  // namespace cairn::repository
