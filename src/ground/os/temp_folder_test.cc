#include "ground/os/temp_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "ground/os/files.h"

namespace cairn::os {
namespace {

/// A process that made a folder with a file in it, and waits to be killed.
class Owner {
 public:
  explicit Owner(const std::string& parent) {
    int made[2];
    if (pipe(made) != 0) std::abort();
    id_ = fork();
    if (id_ == 0) {
      const auto folder = TempFolder::Create(parent);
      const bool written = folder && WriteFileAtomically(*folder / "model", "bytes");
      if (write(made[1], written ? "y" : "n", 1) != 1) _exit(1);
      for (;;) pause();
    }
    char answer = 'n';
    well_ = read(made[0], &answer, 1) == 1 && answer == 'y';
    close(made[0]);
    close(made[1]);
  }
  ~Owner() { Kill(); }
  void Kill() {
    if (id_ <= 0) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    id_ = 0;
  }
  bool well() const { return well_; }

 private:
  pid_t id_ = 0;
  bool well_ = false;
};

class TempFolders : public testing::Test {
 protected:
  std::size_t Left() { return ListFolder(place_.path())->size(); }
  const TempFolder place_ = *TempFolder::Create();
};

TEST_F(TempFolders, GoWithEverythingInThem) {
  {
    const auto folder = *TempFolder::Create(place_.path());
    ASSERT_TRUE(MakeFolders(folder / "a/b"));
    EXPECT_EQ(Left(), 1u);
  }
  EXPECT_EQ(Left(), 0u);
}

TEST_F(TempFolders, AreRemovedOnceTheirOwnerWasKilledAndNotBefore) {
  Owner lives(place_.path()), dies(place_.path());
  ASSERT_TRUE(lives.well() && dies.well());
  const auto mine = *TempFolder::Create(place_.path());
  EXPECT_EQ(RemoveAbandonedTempFolders(place_.path()), 0);
  EXPECT_EQ(Left(), 3u);
  dies.Kill();
  EXPECT_EQ(Left(), 3u);
  EXPECT_EQ(RemoveAbandonedTempFolders(place_.path()), 1);
  EXPECT_EQ(Left(), 2u);
  EXPECT_TRUE(IsFolder(mine.path()));
  lives.Kill();
  EXPECT_EQ(RemoveAbandonedTempFolders(place_.path()), 1);
}

TEST_F(TempFolders, OfOthersStay) {
  ASSERT_TRUE(MakeFolders(place_ / "cairn-own-abcdefg"));
  ASSERT_TRUE(MakeFolders(place_ / "cairn-AbCdEf"));
  ASSERT_TRUE(MakeFolders(place_ / "target"));
  ASSERT_TRUE(WriteFileAtomically(place_ / "cairn-own-AbCdEf", "a file"));
  ASSERT_EQ(symlink((place_ / "target").c_str(), (place_ / "cairn-own-GhIjKl").c_str()), 0);
  EXPECT_EQ(RemoveAbandonedTempFolders(place_.path()), 0);
  EXPECT_EQ(Left(), 5u);
  EXPECT_EQ(RemoveAbandonedTempFolders(place_ / "nowhere"), 0);
}

}  // namespace
}  // namespace cairn::os
