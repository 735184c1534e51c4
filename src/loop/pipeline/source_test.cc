#include "loop/pipeline/source.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

class SourceTest : public ::testing::Test {
 protected:
  SourceTest() { EXPECT_TRUE(os::MakeFolders(project_)); }

  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::WriteFileAtomically(os::JoinPath(project_, name), text));
  }
  void Shell(const std::string& text) {
    auto command = os::Command::Shell(text);
    command.folder = folder_.path();
    command.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}};
    auto process = os::Process::Spawn(std::move(command));
    ASSERT_TRUE(process && process->Wait()->Succeeded()) << text;
  }
  void Commit() {
    Shell("git init -q . && git add . && git -c user.name=t -c user.email=t@t commit -q -m one");
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::string project_ = folder_ / "project";
  Definition definition_;
};

TEST_F(SourceTest, OutsideOfGitThereIsNone) {
  EXPECT_EQ(SourceOf(project_, definition_).commit, "");
  EXPECT_EQ(SourceOf(folder_ / "nowhere", definition_).commit, "");
}

TEST_F(SourceTest, ARepositoryWithoutACommitHasNone) {
  Shell("git init -q .");
  EXPECT_EQ(SourceOf(project_, definition_).commit, "");
}

TEST_F(SourceTest, TheProjectMayLieBelowTheRepositorysRoot) {
  Write("train.py", "1");
  Commit();
  const Source source = SourceOf(project_, definition_);
  EXPECT_EQ(source.commit.size(), 40U);
  EXPECT_FALSE(source.dirty);
}

TEST_F(SourceTest, ChangedCodeIsDirtyAndWhatThePipelineWritesIsNot) {
  Write("train.py", "1");
  Write("dvc.lock", "1");
  Write("metrics[1].json", "1");
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "beside.txt", "1"));
  Commit();
  Stage stage;
  stage.outs.push_back(Out{.path = "metrics[1].json", .cache = false, .metric = true});
  definition_.stages.push_back(stage);

  Write("dvc.lock", "2");
  Write("metrics[1].json", "2");
  Write("new.txt", "git does not know it");
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "beside.txt", "2"));
  EXPECT_FALSE(SourceOf(project_, definition_).dirty);

  Write("train.py", "2");
  EXPECT_TRUE(SourceOf(project_, definition_).dirty);
}

TEST_F(SourceTest, TheFilesAreThoseThatGitWouldTakeAndNoStageMakes) {
  for (const char* name : {"train.py", "dvc.lock", "ignored.bin", "out.txt", ".gitignore"}) Write(name, "1");
  ASSERT_TRUE(os::MakeFolders(project_ + "/made/deep"));
  Write("made/deep/one", "1");
  Write("made.py", "1");
  Write(".gitignore", "ignored.bin\n");
  Stage stage;
  stage.outs = {Out{.path = "out.txt"}, Out{.path = "made"}};
  definition_.stages = {stage};
  const auto everything = FilesOf(project_, definition_);
  ASSERT_TRUE(everything);
  EXPECT_EQ(*everything, (std::vector<std::string>{".gitignore", "ignored.bin", "made.py", "train.py"}));
  Commit();
  Write("new.py", "1");
  const std::vector<std::string> taken = {".gitignore", "made.py", "new.py", "train.py"};
  EXPECT_EQ(*FilesOf(project_, definition_), taken);
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / ".gitignore", "project\n"));
  Shell("git rm -rq --cached project");
  EXPECT_EQ(FilesOf(project_, definition_)->size(), 5U) << "in a folder that git ignores, all files";
}

}  // namespace
}  // namespace cairn::pipeline
