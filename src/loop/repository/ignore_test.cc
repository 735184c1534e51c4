#include "loop/repository/ignore.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::repository {
namespace {

bool Matches(std::string_view pattern, std::string_view path, bool is_folder = false) {
  const auto patterns = IgnorePattern::ReadAll(pattern);
  return patterns.size() == 1 && patterns[0].Matches(path, is_folder);
}

TEST(IgnoreTest, PatternsMatchAsGitignoreHasThem) {
  EXPECT_TRUE(Matches("*.csv", "a/b.csv"));
  EXPECT_FALSE(Matches("*.csv", "a.csv/b"));
  EXPECT_FALSE(Matches("/*.csv", "a/b.csv"));
  EXPECT_TRUE(Matches("/*.csv", "b.csv"));
  EXPECT_TRUE(Matches("a/*.csv", "a/b.csv"));
  EXPECT_FALSE(Matches("a/*.csv", "x/a/b.csv"));
  EXPECT_TRUE(Matches("**/a/*.csv", "x/y/a/b.csv"));
  EXPECT_TRUE(Matches("**/a", "a"));
  EXPECT_TRUE(Matches("a/**/b", "a/b"));
  EXPECT_TRUE(Matches("a/**/b", "a/x/y/b"));
  EXPECT_TRUE(Matches("a/**", "a/x"));
  EXPECT_FALSE(Matches("a/**", "a"));
  EXPECT_TRUE(Matches("tmp/", "x/tmp", true));
  EXPECT_FALSE(Matches("tmp/", "x/tmp", false));
  EXPECT_TRUE(Matches("?.txt", "a.txt"));
  EXPECT_FALSE(Matches("?.txt", "ab.txt"));
  EXPECT_TRUE(Matches("[a-c]x", "bx"));
  EXPECT_FALSE(Matches("[!a-c]x", "bx"));
  EXPECT_TRUE(Matches("[]]x", "]x"));
  EXPECT_FALSE(Matches("[abc", "a"));
  EXPECT_TRUE(Matches("\\#x", "#x"));
  EXPECT_TRUE(Matches("a\\*b", "a*b"));
  EXPECT_FALSE(Matches("a\\*b", "aab"));
  EXPECT_TRUE(Matches("  spaced  ", "spaced"));
  EXPECT_TRUE(IgnorePattern::ReadAll("# comment\n\n   \n").empty());
}

TEST(IgnoreTest, ManyStarsTakeNoLongTime) {
  EXPECT_FALSE(Matches(std::string(200, '*') + "b", std::string(5000, 'a')));
  std::string stars, folders;
  for (int i = 0; i < 100; ++i) stars += "a*", folders += "**/a/";
  EXPECT_FALSE(Matches(stars + "b", std::string(5000, 'a')));
  EXPECT_FALSE(Matches(folders + "b", std::string(5000, 'a')));
}

class IgnoreRulesTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text = "x") {
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(folder_ / name)));
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / name, text));
  }
  std::vector<std::string> Walked(const std::string& folder) {
    const auto rules = IgnoreRules::For(folder_.path(), folder);
    const auto walk = os::WalkTree(folder_ / folder, os::Detail::Names, *rules);
    std::vector<std::string> found;
    for (const auto& one : walk->folders) {
      for (const auto& entry : one.entries) {
        if (entry.kind != os::FileKind::Folder) found.push_back(os::JoinPath(one.path, entry.name));
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  os::TempFolder folder_ = *os::TempFolder::Create();
};

using Names = std::vector<std::string>;

TEST_F(IgnoreRulesTest, AWalkObeysTheFilesItMeets) {
  Write(".dvcignore", "*.log\n!keep.log\nbuild/\n");
  Write("a/.dvcignore", "/secret\n!special.log\n");
  Write("a/secret");
  Write("a/b/secret");
  Write("a/special.log");
  Write("a/other.log");
  Write("keep.log");
  Write("x/build/deep/file");
  Write(".git/config");
  Write(".dvc/config");
  EXPECT_EQ(Walked(""), (Names{".dvcignore", "a/.dvcignore", "a/b/secret", "a/special.log", "keep.log"}));
  EXPECT_EQ(Walked("a"), (Names{".dvcignore", "b/secret", "special.log"}));
}

TEST_F(IgnoreRulesTest, AnotherRepositoryInsideIsNotLookedInto) {
  Write(".dvc/config");
  Write("inner/.dvc/config");
  Write("inner/data.dvc");
  Write("own.dvc");
  EXPECT_EQ(Walked(""), (Names{"own.dvc"}));
}

TEST_F(IgnoreRulesTest, APathIsIgnoredWithItsFolder) {
  Write(".dvcignore", "raw/\n");
  EXPECT_TRUE(*IgnoreRules::Ignores(folder_.path(), "raw/x/y", false));
  EXPECT_FALSE(*IgnoreRules::Ignores(folder_.path(), "raw", false));
  EXPECT_TRUE(*IgnoreRules::Ignores(folder_.path(), "raw", true));
  EXPECT_TRUE(*IgnoreRules::Ignores(folder_.path(), ".dvc/tmp", true));
}

TEST_F(IgnoreRulesTest, GitsOwnRulesAreKnown) {
  Write(".gitignore", "/data\n*.tmp\n");
  Write("sub/.gitignore", "!x.tmp\n");
  Write(".git/info/exclude", "private\n");
  EXPECT_TRUE(*IgnoredByGit(folder_.path(), folder_ / "data/x", false));
  EXPECT_FALSE(*IgnoredByGit(folder_.path(), folder_ / "sub/data", false));
  EXPECT_FALSE(*IgnoredByGit(folder_.path(), folder_ / "sub/x.tmp", false));
  EXPECT_TRUE(*IgnoredByGit(folder_.path(), folder_ / "x.tmp", false));
  EXPECT_TRUE(*IgnoredByGit(folder_.path(), folder_ / "sub/private", true));
}

}  // namespace
}  // namespace cairn::repository
