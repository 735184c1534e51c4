#include "loop/repository/folder_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::repository {
namespace {

class FolderFilesTest : public ::testing::Test {
 protected:
  /// A file that was written an hour ago.
  void Write(const std::string& name, std::string_view text, int hours_ago = 1) {
    const std::string at = folder_ / name;
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(at)));
    ASSERT_TRUE(os::WriteFileAtomically(at, text));
    timespec times[2] = {};
    times[0].tv_sec = times[1].tv_sec = ::time(nullptr) - 3600 * hours_ago;
    ASSERT_EQ(::utimensat(AT_FDCWD, at.c_str(), times, 0), 0);
  }
  /// Looks until the files' ctimes are old enough to be remembered.
  Snapshot Remembered() {
    for (;;) {
      auto files = *FolderFiles::Look(folder_.path(), index_);
      EXPECT_TRUE(files.TakeDigests(index_));
      auto snapshot = files.Listed(index_);
      if (FolderFiles::Look(folder_.path(), index_)->tree()) return snapshot;
    }
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  StatIndex index_ = StatIndex::Open("");
};

TEST_F(FolderFilesTest, KnowTheirTreeUntilSomethingChanges) {
  Write("a", "1");
  Write("below/b", "2");
  const auto fresh = FolderFiles::Look(folder_.path(), index_);
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_EQ(fresh->size(), 2U);
  EXPECT_FALSE(fresh->tree()) << "nobody has looked at the bytes yet";
  const Snapshot snapshot = Remembered();
  EXPECT_EQ(snapshot.md5, TakeSnapshot(folder_.path(), index_)->md5);
  EXPECT_EQ(FolderFiles::Look(folder_.path(), index_)->tree(), snapshot.md5);
  Write("below/b", "3", 2);
  EXPECT_FALSE(FolderFiles::Look(folder_.path(), index_)->tree());
}

TEST_F(FolderFilesTest, AreComparedWithAListingInAnyOrder) {
  Write("a", "1");
  Write("b", "2");
  const Snapshot snapshot = Remembered();
  StatIndex fresh = StatIndex::Open("");
  auto files = *FolderFiles::Look(folder_.path(), fresh);
  ASSERT_TRUE(files.TakeDigests(fresh));
  EXPECT_TRUE(files.Are(*snapshot.listing, snapshot.md5, fresh));
  EXPECT_EQ(FolderFiles::Look(folder_.path(), fresh)->tree(), snapshot.md5) << "and it is remembered";
  Write("b", "1");
  auto changed = *FolderFiles::Look(folder_.path(), fresh);
  ASSERT_TRUE(changed.TakeDigests(fresh));
  EXPECT_FALSE(changed.Are(*snapshot.listing, snapshot.md5, fresh));
  EXPECT_EQ(FolderFiles::Look(folder_ / "nowhere", index_).error().reason, Reason::NotFound);
}

}  // namespace
}  // namespace cairn::repository
