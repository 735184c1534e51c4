#include "ground/os/batch_sync.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/os/temp_folder.h"

namespace cairn::os {
namespace {

/// More than a sync ahead takes to begin, several times.
constexpr std::size_t kMany = 20'000;

TEST(BatchSync, SyncsWhileThreadsWrite) {
  const auto folder = *TempFolder::Create();
  BatchSync sync(folder.path());
  for (int batch = 0; batch < 2; ++batch) {
    ForEachIndex(kMany, 4, [&](std::size_t) { sync.Wrote(); });
    EXPECT_TRUE(sync.Finish());
  }
  EXPECT_TRUE(sync.Finish());
}

TEST(BatchSync, TellsAnErrorOfASyncAheadAtTheEnd) {
  const auto folder = *TempFolder::Create();
  const std::string later = folder.path() + "/later";
  BatchSync sync(later);
  // Only a sync that begins before the folder is there can fail, and only this many begin one.
  for (std::size_t i = 0; i < 4'096; ++i) sync.Wrote();
  const auto failed = sync.Finish();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, Reason::NotFound);
  ASSERT_TRUE(MakeFolders(later));
  EXPECT_TRUE(sync.Finish());
}

TEST(BatchSync, MayEndWithoutAFinish) {
  const auto folder = *TempFolder::Create();
  BatchSync sync(folder.path());
  for (std::size_t i = 0; i < kMany; ++i) sync.Wrote();
}

}  // namespace
}  // namespace cairn::os
