#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <functional>

#include "ground/blob/testing/one_object_store.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/tracking/destinations/bucket.h"

namespace {
std::function<void()> told_of_sync;
}

/// The C library's, which tells before it does its work.
extern "C" int syncfs(int descriptor) noexcept {
  if (told_of_sync) told_of_sync();
  return static_cast<int>(syscall(SYS_syncfs, descriptor));
}

namespace cairn::tracking {
namespace {

TEST(BucketCache, AnEntryIsOnDiskBeforeItHasItsName) {
  const auto folder = *os::TempFolder::Create();
  const blob::testing::OneObjectStore store("hello");
  const BucketDestination bucket(blob::Bucket(store.place()), folder.path());
  std::vector<std::string> written;
  told_of_sync = [&] {
    const auto tree = os::ListTree(folder.path());
    for (const auto& entry : *tree) {
      if (entry.kind == os::FileKind::File) written.push_back(entry.path);
    }
  };
  const auto found = bucket.Find("a/note.txt");
  told_of_sync = nullptr;
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*os::ReadFile(found->path), "hello");
  ASSERT_EQ(written.size(), 1u);
  EXPECT_TRUE(written.front().starts_with(".arriving-")) << written.front();
  EXPECT_TRUE(written.front().ends_with("/note.txt")) << written.front();
}

}  // namespace
}  // namespace cairn::tracking
