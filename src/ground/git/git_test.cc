#include <gtest/gtest.h>

#include "ground/git/clone.h"
#include "ground/git/repository.h"
#include "ground/git/trees.h"
#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"

namespace cairn::git {
namespace {

/// A repository that the program git makes.
class GitTest : public testing::Test {
 protected:
  void SetUp() override {
    Git({"init", "-q", "-b", "main", folder_ / "project"});
    folder = folder_ / "project";
  }

  void Git(std::vector<std::string> words) {
    os::Command command;
    command.arguments = {"git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.folder = folder;
    command.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_CONFIG_NOSYSTEM", "1"}};
    auto git = os::Process::Spawn(std::move(command));
    ASSERT_TRUE(git) << git.error().message;
    EXPECT_TRUE(git->Wait()->Succeeded()) << words.front();
  }

  void Write(const std::string& name, const std::string& text) {
    const std::string path = os::JoinPath(folder, name);
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(path)));
    ASSERT_TRUE(os::WriteFileAtomically(path, text));
  }

  /// Commits everything, `second` seconds after some moment.
  void Commit(const std::string& message, int second) {
    const std::string at = "2026-01-01T00:00:" + std::to_string(10 + second) + "Z";
    Git({"add", "-A"});
    Git({"-c", "core.hooksPath=/dev/null", "commit", "-q", "--date", at, "-m", message});
    Git({"-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "--no-edit", "--date", at});
  }

  static std::vector<std::string> PathsOf(const std::vector<TreeFile>& files) {
    std::vector<std::string> paths;
    for (const auto& file : files) paths.push_back(file.path);
    return paths;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::string folder;
};

TEST_F(GitTest, AFolderWithoutGitIsNamed) {
  const auto opened = Repository::Open(folder_.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, Reason::NotFound);
  EXPECT_NE(opened.error().message.find(folder_.path()), std::string::npos);
}

TEST_F(GitTest, ReferencesAndRevisionsLeadToCommits) {
  Write("a.dvc", "one");
  Commit("first", 0);
  Git({"tag", "-a", "v1", "-m", "the first"});
  Git({"branch", "feature/x"});
  Write("a.dvc", "two");
  Commit("second\n\nand why", 1);
  const auto repository = Repository::Open(os::JoinPath(folder, "."));
  ASSERT_TRUE(repository) << repository.error().message;
  EXPECT_EQ(repository->work_tree(), *os::RealPath(folder));
  const auto branches = *repository->References("refs/heads/*"),
             tags = *repository->References("refs/tags/*");
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_EQ(branches[0].name, "refs/heads/feature/x");
  EXPECT_EQ(branches[1].name, "refs/heads/main");
  ASSERT_EQ(tags.size(), 1U);
  EXPECT_EQ(tags[0].commit, branches[0].commit);
  EXPECT_EQ(*repository->Resolve("HEAD"), branches[1].commit);
  EXPECT_EQ(*repository->Resolve("main~1"), tags[0].commit);
  EXPECT_EQ(*repository->Resolve("v1"), tags[0].commit);
  EXPECT_EQ(*repository->Resolve(tags[0].commit.substr(0, 10)), tags[0].commit);
  EXPECT_EQ(repository->Resolve("nope").error().reason, Reason::NotFound);
  const std::string from[] = {branches[1].commit, tags[0].commit};
  const auto history = *repository->History(from);
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].summary, "second");
  EXPECT_EQ(history[1].id, tags[0].commit);
  EXPECT_EQ(history[1].author, "Ada");
  EXPECT_EQ(repository->Find(tags[0].commit)->summary, "first");
}

TEST_F(GitTest, TreesGiveOnlyWhatIsWantedAndSortedByPath) {
  Write("data/raw.dvc", "r");
  Write("data.dvc", "d");
  Write("data/skip.txt", "s");
  Write("dvc.lock", "l");
  Commit("all", 0);
  const auto repository = *Repository::Open(folder);
  Trees trees(repository, [](std::string_view name) { return name.ends_with(".dvc") || name == "dvc.lock"; });
  const auto files = *trees.Files(repository.Find(*repository.Resolve("HEAD"))->tree);
  EXPECT_EQ(PathsOf(files), (std::vector<std::string>{"data.dvc", "data/raw.dvc", "dvc.lock"}));
  EXPECT_EQ(*repository.Read(files[1].blob), "r");
  EXPECT_EQ(repository.Read(std::string(40, 'a')).error().reason, Reason::NotFound);
  EXPECT_EQ(repository.Read("short").error().reason, Reason::InvalidArgument);
}

TEST_F(GitTest, ATreeTellsLinksAndProgramsApart) {
  Write("run.sh", "#!/bin/sh\n");
  ASSERT_TRUE(os::SetMode(os::JoinPath(folder, "run.sh"), 0755));
  ASSERT_TRUE(os::Symlink("run.sh", os::JoinPath(folder, "link")));
  Commit("all", 0);
  const auto repository = *Repository::Open(folder);
  Trees trees(repository, [](std::string_view) { return true; });
  const auto files = *trees.Files(repository.Find(*repository.Resolve("HEAD"))->tree);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_TRUE(files[0].link);
  EXPECT_EQ(*repository.Read(files[0].blob), "run.sh");
  EXPECT_TRUE(files[1].executable);
}

TEST_F(GitTest, ACloneOfATagHoldsItsCommitAndACloneOfAnIdHoldsAll) {
  Write("a.dvc", "one");
  Commit("first", 0);
  Git({"tag", "v1"});
  Write("a.dvc", "two");
  Commit("second", 1);
  const std::string first = *Repository::Open(folder)->Resolve("v1");
  const std::string url = "file://" + folder;
  ASSERT_TRUE(Clone(url, folder_ / "tag", "v1"));
  EXPECT_EQ(*Repository::Open(folder_ / "tag")->Resolve("v1"), first);
  ASSERT_TRUE(Clone(url, folder_ / "whole", first));
  const auto whole = *Repository::Open(folder_ / "whole");
  EXPECT_EQ(whole.Find(first)->summary, "first");
  EXPECT_EQ(whole.work_tree(), "");
  // A branch that is not there is no reason to give up: it may be the beginning of an id.
  ASSERT_TRUE(Clone(url, folder_ / "short", first.substr(0, 8)));
  EXPECT_EQ(*Repository::Open(folder_ / "short")->Resolve(first.substr(0, 8)), first);
  const auto failed = Clone("file://" + folder + "-not", folder_ / "none", "");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, Reason::Unavailable);
}

TEST_F(GitTest, TheHistoryOfACloneThatWasCutOffEndsThere) {
  Write("a.dvc", "one");
  Commit("first", 0);
  Write("a.dvc", "two");
  Commit("second", 1);
  ASSERT_TRUE(Clone("file://" + folder, folder_ / "cut", "main"));
  const auto cut = *Repository::Open(folder_ / "cut");
  const std::string from[] = {*cut.Resolve("main")};
  const auto history = cut.History(from);
  ASSERT_TRUE(history) << history.error().message;
  ASSERT_EQ(history->size(), 1U);
  EXPECT_EQ(history->front().summary, "second");
}

}  // namespace
}  // namespace cairn::git
