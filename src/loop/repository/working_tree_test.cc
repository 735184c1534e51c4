#include "loop/repository/working_tree.h"

#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/adding.h"
#include "loop/repository/arranging.h"
#include "loop/repository/checkout.h"
#include "loop/repository/inventory.h"
#include "loop/repository/status.h"
#include "loop/repository/store_check.h"

namespace cairn::repository {
namespace {

/// A repository without git, opened anew for each thing that is asked of it, as each command does.
class WorkingTreeTest : public testing::Test {
 protected:
  WorkingTreeTest() { EXPECT_TRUE(WorkingTree::Make(folder_.path(), WorkingTree::History::None)); }

  WorkingTree Open() const { return *WorkingTree::Find(folder_.path()); }
  std::string At(const std::string& path) const { return folder_ / path; }
  void Write(const std::string& path, const std::string& text) const {
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(At(path))));
    ASSERT_TRUE(os::WriteFileAtomically(At(path), text));
  }
  std::string Read(const std::string& path) const {
    const auto text = os::ReadFile(At(path));
    return text ? *text : "(none)";
  }
  std::string ObjectOf(const std::string& text) const {
    return Open().objects().PathOf(crypto::Md5Hex(text));
  }
  Result<Added> Put(const std::vector<std::string>& paths) const {
    std::vector<std::string> whole;
    for (const auto& path : paths) whole.push_back(At(path));
    auto tree = Open();
    return Add(tree, whole, {});
  }
  std::vector<Standing> Standings() const {
    auto tree = Open();
    return *StandingsOf(tree, *tree.Tracked(), {});
  }
  Result<CheckedOut> CheckOut(Unsaved unsaved = Unsaved::Refuse) const {
    auto tree = Open();
    return CheckoutAll(tree, unsaved, Links::AsTheyAre, {});
  }
  std::size_t Problems() const {
    const auto tree = Open();
    return CheckStore(tree.objects(), *tree.Tracked(), {})->problems.size();
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(WorkingTreeTest, IsFoundFromAFolderInIt) {
  Write("a/b/c.txt", "c");
  EXPECT_EQ(WorkingTree::Find(At("a/b"))->root(), *os::RealPath(folder_.path()));
  const auto apart = *os::TempFolder::Create();
  EXPECT_EQ(WorkingTree::Find(apart.path()).error().reason, Reason::NotFound);
  EXPECT_EQ(WorkingTree::Make(folder_.path(), WorkingTree::History::None).error().reason,
            Reason::AlreadyExists);
  EXPECT_EQ(WorkingTree::Make(apart.path(), WorkingTree::History::Git).error().reason, Reason::NotFound);
}

TEST_F(WorkingTreeTest, AFileAndAFolderAreNamedByTheirTextsAndKeptInTheCache) {
  Write("raw/a", "a\n");
  Write("raw/sub/b", "b\n");
  Write("one", "one\n");
  const auto added = *Put({"raw", "one"});
  ASSERT_EQ(added.paths.size(), 2U);
  EXPECT_EQ(added.paths[0].files, 2U);
  EXPECT_EQ(added.texts, (std::vector<std::string>{"one.dvc", "raw.dvc"}));
  EXPECT_EQ(Read("one.dvc"),
            "outs:\n- md5: 5bbf5a52328e7439ae6e719dfe712200\n  size: 4\n  hash: md5\n  path: one\n");
  for (const char* text : {"a\n", "b\n", "one\n"}) {
    EXPECT_EQ(*os::ReadFile(ObjectOf(text)), text);
    EXPECT_EQ(os::Stat(ObjectOf(text))->mode, 0444U);
  }
  EXPECT_EQ(Standings(), (std::vector<Standing>{Standing::Same, Standing::Same}));
  EXPECT_FALSE(Put({"raw"})->paths[0].changed);
  EXPECT_EQ(Problems(), 0U);
}

TEST_F(WorkingTreeTest, WhatChangedIsSeenAndCommitted) {
  Write("gone", "gone\n");
  Write("one", "one\n");
  Write("raw/a", "a\n");
  ASSERT_TRUE(Put({"gone", "one", "raw"}));
  ASSERT_TRUE(os::Remove(At("gone")));
  Write("one", "two\n");
  Write("raw/b", "b\n");
  EXPECT_EQ(Standings(), (std::vector<Standing>{Standing::Deleted, Standing::Modified, Standing::Modified}));
  auto tree = Open();
  const auto tracked = *tree.Tracked();
  EXPECT_EQ(Commit(tree, tracked, {}).error().reason, Reason::NotFound);
  ASSERT_TRUE(Commit(tree, std::span(tracked).subspan(1), {}));
  EXPECT_EQ(Standings(), (std::vector<Standing>{Standing::Deleted, Standing::Same, Standing::Same}));
  EXPECT_TRUE(os::Exists(ObjectOf("two\n")));
}

TEST_F(WorkingTreeTest, APathInsideATrackedFolderUpdatesThatFolderAlone) {
  Write("raw/a", "a\n");
  Write("raw/b", "b\n");
  ASSERT_TRUE(Put({"raw"}));
  Write("raw/a", "other\n");
  Write("raw/c", "not added\n");
  const auto added = *Put({"raw/a"});
  EXPECT_EQ(added.paths[0].path, "raw");
  EXPECT_EQ(added.paths[0].files, 2U);
  EXPECT_EQ(added.paths[0].size, 8U);
  EXPECT_FALSE(os::Exists(ObjectOf("not added\n")));
  EXPECT_EQ(Standings(), std::vector<Standing>{Standing::Modified});
}

TEST_F(WorkingTreeTest, WhatCannotBeTrackedIsRefusedAndNothingIsWritten) {
  Write("deep/in/a", "a\n");
  Write("raw/a", "a\n");
  ASSERT_TRUE(Put({"deep/in"}));
  ASSERT_TRUE(os::Symlink("nowhere", At("dangling")));
  const auto refused = [&](const std::vector<std::string>& paths) { return Put(paths).error().reason; };
  EXPECT_EQ(refused({"deep"}), Reason::InvalidArgument);
  EXPECT_EQ(refused({"raw", "raw/a"}), Reason::InvalidArgument);
  EXPECT_EQ(refused({"deep/in.dvc"}), Reason::InvalidArgument);
  EXPECT_EQ(refused({".dvc/config"}), Reason::InvalidArgument);
  EXPECT_EQ(refused({"../away"}), Reason::InvalidArgument);
  EXPECT_EQ(refused({""}), Reason::InvalidArgument);
  EXPECT_EQ(refused({"raw", "nothing"}), Reason::NotFound);
  EXPECT_EQ(refused({"dangling"}), Reason::NotFound);
  Write("other/x", "x\n");
  ASSERT_TRUE(WorkingTree::Make(At("other"), WorkingTree::History::None));
  EXPECT_EQ(refused({"other"}), Reason::InvalidArgument);
  EXPECT_EQ(refused({"other/x"}), Reason::InvalidArgument);
  EXPECT_FALSE(os::Exists(At("raw.dvc")));
  EXPECT_EQ(Open().Tracked()->size(), 1U);
}

TEST_F(WorkingTreeTest, ACheckoutMakesFilesAndFoldersWhatTheTextsSay) {
  Write("raw/a", "a\n");
  Write("raw/sub/b", "b\n");
  Write("one", "one\n");
  ASSERT_TRUE(Put({"raw", "one"}));
  const std::string raw = Read("raw.dvc"), one = Read("one.dvc");
  Write("raw/a", "other\n");
  Write("raw/extra/c", "c\n");
  ASSERT_TRUE(os::RemoveTree(At("raw/sub")));
  Write("one", "two\n");
  ASSERT_TRUE(Put({"raw", "one"}));
  Write("raw.dvc", raw);
  Write("one.dvc", one);
  const auto out = *CheckOut();
  EXPECT_EQ(out.modified, (std::vector<std::string>{"one", "raw"}));
  EXPECT_EQ(out.files_added, 1U);
  EXPECT_EQ(out.files_deleted, 1U);
  EXPECT_EQ(Read("one"), "one\n");
  EXPECT_EQ(Read("raw/a"), "a\n");
  EXPECT_EQ(Read("raw/sub/b"), "b\n");
  EXPECT_FALSE(os::Exists(At("raw/extra")));
  EXPECT_EQ(Standings(), (std::vector<Standing>{Standing::Same, Standing::Same}));
  const auto again = *CheckOut();
  EXPECT_TRUE(again.added.empty() && again.modified.empty() && again.deleted.empty());
}

TEST_F(WorkingTreeTest, UnsavedWorkIsReplacedOnlyWhenThatIsAllowed) {
  Write("one", "one\n");
  ASSERT_TRUE(Put({"one"}));
  Write("one", "unsaved\n");
  const auto refused = *CheckOut();
  ASSERT_EQ(refused.failed.size(), 1U);
  EXPECT_EQ(refused.failed[0].error.reason, Reason::Conflict);
  EXPECT_EQ(Read("one"), "unsaved\n");
  EXPECT_TRUE(CheckOut(Unsaved::Overwrite)->failed.empty());
  EXPECT_EQ(Read("one"), "one\n");
}

TEST_F(WorkingTreeTest, APathWithAMissingObjectIsLeftAsItIs) {
  Write("raw/a", "a\n");
  Write("raw/b", "b\n");
  ASSERT_TRUE(Put({"raw"}));
  ASSERT_TRUE(os::Remove(ObjectOf("b\n")));
  EXPECT_EQ(Standings(), std::vector<Standing>{Standing::NotInCache});
  EXPECT_EQ(Problems(), 1U);
  ASSERT_TRUE(os::RemoveTree(At("raw")));
  const auto out = *CheckOut();
  ASSERT_EQ(out.failed.size(), 1U);
  EXPECT_EQ(out.failed[0].error.reason, Reason::NotFound);
  EXPECT_FALSE(os::Exists(At("raw")));
  Write("raw/a", "a\n");
  Write("raw/b", "b\n");
  ASSERT_TRUE(Put({"raw"}));
  EXPECT_EQ(Problems(), 0U);
}

TEST_F(WorkingTreeTest, WhatIsTrackedNoMoreIsTakenAwayWhenItIsSaved) {
  Write("saved", "saved\n");
  Write("changed", "changed\n");
  ASSERT_TRUE(Put({"saved", "changed"}));
  ASSERT_TRUE(os::Remove(At("saved.dvc")));
  ASSERT_TRUE(os::Remove(At("changed.dvc")));
  Write("changed", "in another way\n");
  EXPECT_EQ(CheckOut()->deleted, std::vector<std::string>{"saved"});
  EXPECT_FALSE(os::Exists(At("saved")));
  EXPECT_EQ(Read("changed"), "in another way\n");
}

TEST_F(WorkingTreeTest, NothingIsPutIntoGitsOrDvcsOwnFolders) {
  Write("one", "one\n");
  Write("folder/config", "bad\n");
  ASSERT_TRUE(Put({"one", "folder"}));
  ASSERT_TRUE(os::Remove(At("one")));
  ASSERT_TRUE(os::RemoveTree(At("folder")));
  ASSERT_TRUE(os::MakeFolders(At(".git/hooks")));
  // A link in the way, and a link in the place of a folder.
  Write("link/one.dvc", Read("one.dvc"));
  ASSERT_TRUE(os::Rename(At("link/one.dvc"), At("behind.dvc")));
  ASSERT_TRUE(os::Remove(At("link")));
  ASSERT_TRUE(os::Symlink(".git/hooks", At("link")));
  std::string text = Read("behind.dvc");
  text.replace(text.find("path: one"), 9, "path: link/one");
  Write("behind.dvc", text);
  ASSERT_TRUE(os::Symlink(".git", At("folder")));
  const auto out = CheckOut(Unsaved::Overwrite);
  ASSERT_TRUE(out) << out.error().message;
  ASSERT_EQ(out->failed.size(), 2U);
  for (const auto& one : out->failed)
    EXPECT_EQ(one.error.reason, Reason::InvalidArgument) << one.error.message;
  EXPECT_EQ(Read("one"), "one\n");
  EXPECT_EQ(Read(".git/hooks/one"), "(none)");
  EXPECT_EQ(Read(".git/config"), "(none)");
}

TEST_F(WorkingTreeTest, AListingThatNamesGitsFilesIsNotCheckedOut) {
  Write("folder/.git/config", "bad\n");
  Write("folder/a", "a\n");
  auto index = StatIndex::Open(At("index"));
  const auto snapshot = TakeSnapshot(At("folder"), index);
  ASSERT_TRUE(snapshot);
  ASSERT_TRUE(Open().objects().Store(At("folder"), *snapshot, nullptr));
  ASSERT_TRUE(os::RemoveTree(At("folder")));
  Write("folder.dvc", "outs:\n- {path: folder, hash: md5, md5: " + snapshot->md5 + "}\n");
  const auto out = CheckOut();
  ASSERT_TRUE(out) << out.error().message;
  ASSERT_EQ(out->failed.size(), 1U);
  EXPECT_EQ(out->failed[0].error.reason, Reason::Corrupt);
  EXPECT_FALSE(os::Exists(At("folder")));
}

TEST_F(WorkingTreeTest, LinksIntoTheCacheAreMadeAndUndone) {
  for (const std::string kind : {"hardlink", "symlink"}) {
    Write(".dvc/config", "[core]\n    no_scm = True\n[cache]\n    type = " + kind + "\n");
    Write("raw/" + kind, kind);
    ASSERT_TRUE(Put({"raw"})) << kind;
    const auto linked = *os::Stat(At("raw/" + kind));
    EXPECT_EQ(linked.stamp.inode, os::Stat(ObjectOf(kind))->stamp.inode) << kind;
    EXPECT_EQ(linked.mode, 0444U) << kind;
    EXPECT_EQ(Standings(), std::vector<Standing>{Standing::Same}) << kind;
    auto tree = Open();
    EXPECT_GE(*Unprotect(tree, "raw"), 1U);
    const auto own = *os::Stat(At("raw/" + kind), os::Symlinks::Report);
    EXPECT_EQ(own.kind, os::FileKind::File) << kind;
    EXPECT_NE(own.stamp.inode, os::Stat(ObjectOf(kind))->stamp.inode) << kind;
    EXPECT_EQ(own.mode & 0200U, 0200U) << kind;
  }
}

TEST_F(WorkingTreeTest, AMoveTakesTextAndDataAlong) {
  Write("raw/a", "a\n");
  Write("one", "one\n");
  Write("there/x", "x\n");
  ASSERT_TRUE(Put({"raw", "one"}));
  auto tree = Open();
  EXPECT_EQ(Move(tree, "raw", "data", {})->path, "data");
  EXPECT_EQ(Move(tree, "one", "there", {})->said_in, "there/one.dvc");
  EXPECT_EQ(Read("data/a"), "a\n");
  EXPECT_EQ(Read("there/one"), "one\n");
  EXPECT_FALSE(os::Exists(At("raw.dvc")) || os::Exists(At("one.dvc")) || os::Exists(At("raw")));
  EXPECT_EQ(Standings(), (std::vector<Standing>{Standing::Same, Standing::Same}));
  EXPECT_EQ(Move(tree, "data", "there/one", {}).error().reason, Reason::AlreadyExists);
  EXPECT_EQ(Move(tree, "nothing", "x", {}).error().reason, Reason::NotFound);
  EXPECT_EQ(Move(tree, "data/a", "x", {}).error().reason, Reason::InvalidArgument);
}

TEST_F(WorkingTreeTest, GivingUpKeepsTheDataUnlessItMayGo) {
  Write("one", "one\n");
  Write("two", "two\n");
  ASSERT_TRUE(Put({"one", "two"}));
  auto tree = Open();
  ASSERT_TRUE(Remove(tree, "one.dvc", Data::Kept, Loss::Refused, {}));
  EXPECT_EQ(Read("one"), "one\n");
  Write("two", "unsaved\n");
  EXPECT_EQ(Remove(tree, "two", Data::Removed, Loss::Refused, {}).error().reason, Reason::Conflict);
  EXPECT_TRUE(os::Exists(At("two.dvc")));
  ASSERT_TRUE(Remove(tree, "two", Data::Removed, Loss::Allowed, {}));
  EXPECT_FALSE(os::Exists(At("two")) || os::Exists(At("two.dvc")));
  EXPECT_EQ(Remove(tree, "two", Data::Removed, Loss::Allowed, {}).error().reason, Reason::NotFound);
}

TEST_F(WorkingTreeTest, ChangesBetweenTextsAndTreeAreToldFileByFile) {
  Write("raw/a", "a\n");
  Write("raw/b", "b\n");
  Write("raw/c", "c\n");
  ASSERT_TRUE(Put({"raw"}));
  Write("raw/a", "other\n");
  ASSERT_TRUE(os::Rename(At("raw/b"), At("raw/moved")));
  ASSERT_TRUE(os::Remove(At("raw/c")));
  Write("raw/new", "new\n");
  auto tree = Open();
  const auto tracked = *tree.Tracked();
  const auto said = *InventoryOf(tree.objects(), tracked, Files::Listed);
  const auto found = *InventoryOfTree(tree, tracked, Files::Listed, {});
  const auto changes = ChangesBetween(said, found, Renames::Found);
  ASSERT_EQ(changes.added.size(), 1U);
  EXPECT_EQ(changes.added[0].path, "raw/new");
  ASSERT_EQ(changes.deleted.size(), 1U);
  EXPECT_EQ(changes.deleted[0].path, "raw/c");
  ASSERT_EQ(changes.renamed.size(), 1U);
  EXPECT_EQ(changes.renamed[0].before.path + " " + changes.renamed[0].after.path, "raw/b raw/moved");
  ASSERT_EQ(changes.modified.size(), 2U);
  EXPECT_EQ(changes.modified[0].before.path + " " + changes.modified[1].before.path, "raw/ raw/a");
  EXPECT_TRUE(ChangesBetween(said, said, Renames::Found).Empty());
}

TEST_F(WorkingTreeTest, ADamagedObjectIsNamedWithThePathsThatNeedIt) {
  Write("raw/a", "a\n");
  Write("raw/b", "b\n");
  ASSERT_TRUE(Put({"raw"}));
  const std::string object = ObjectOf("a\n");
  ASSERT_TRUE(os::SetMode(object, 0644));
  ASSERT_TRUE(os::WriteFileAtomically(object, "A\n", 0444));
  const auto tree = Open();
  const auto report = *CheckStore(tree.objects(), *tree.Tracked(), {});
  ASSERT_GE(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].kind, StoreProblem::Kind::Damaged);
  EXPECT_EQ(report.problems[0].paths, std::vector<std::string>{"raw/a"});
  EXPECT_NE(os::Stat(object)->mode, 0444U);
}

TEST_F(WorkingTreeTest, ALockThatAnotherHoldsIsWaitedForAndItsHolderNamed) {
  const auto tree = Open();
  const std::string file = At(".dvc/tmp/lock");
  std::optional<os::FileLock> held = *os::FileLock::Try(file);
  ASSERT_TRUE(held->Say("4711\n"));
  std::string holder;
  const auto lock = tree.Lock([&](const std::string& who) {
    holder = who;
    held.reset();
  });
  EXPECT_TRUE(lock);
  EXPECT_EQ(holder, "4711");
}

}  // namespace
}  // namespace cairn::repository
