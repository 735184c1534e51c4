#include "loop/repository/dvc_file.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/document.h"

namespace cairn::repository {
namespace {

const Content kFolder{"3b19761b3afda73d2e3b38a2120c9383.dir", 22, 4, false};
const Content kFile{"d41d8cd98f00b204e9800998ecf8427e", 0, std::nullopt, false};

TEST(DvcFileTest, ANewFileIsAsDvcWritesIt) {
  EXPECT_EQ(NewDvcFile("raw", kFolder),
            "outs:\n- md5: 3b19761b3afda73d2e3b38a2120c9383.dir\n  size: 22\n  nfiles: 4\n  hash: md5\n  "
            "path: raw\n");
  EXPECT_EQ(NewDvcFile("x: y.sh", {"00000000000000000000000000000012", 5, std::nullopt, true}),
            "outs:\n- md5: '00000000000000000000000000000012'\n  size: 5\n  isexec: true\n  hash: md5\n  "
            "path: 'x: y.sh'\n");
}

TEST(DvcFileTest, NamesComeBackAsTheyWere) {
  for (const std::string name : {"a b", "- x", "#x", "it's", "a\nb", "\t", "1e3", "null", "~", "{x}",
                                 "caf\xC3\xA9", "!x", "a: b", "a #b", "\"q\"", "x:", "yes", "\x01"}) {
    const auto read = ParseYaml(NewDvcFile(name, kFile), "");
    ASSERT_TRUE(read) << name << ": " << read.error().message;
    EXPECT_EQ(read->Find("outs")->items()[0].Find("path")->text(), name);
    EXPECT_TRUE(read->Find("outs")->items()[0].Find("path")->ToJson().IsString()) << name;
  }
}

TEST(DvcFileTest, OnlyWhatChangedChanges) {
  const std::string text = R"(# who made it
desc: 'by hand'   # not by us
outs:
  # the raw one, größer
  - md5: 11111111111111111111111111111111 # old
    size: 1
    isexec: true
    hash: md5
    path: raw
    meta: {owner: ada,
           team: [x, y]}

    remote: archive
  - path: other
    md5: '22222222222222222222222222222222'
    hash: md5
meta: {a: 1}
)";
  EXPECT_EQ(*ChangedDvcFile(text, "raw.dvc", "raw", kFolder), R"(# who made it
desc: 'by hand'   # not by us
outs:
  # the raw one, größer
  - md5: 3b19761b3afda73d2e3b38a2120c9383.dir # old
    size: 22
    hash: md5
    path: raw
    meta: {owner: ada,
           team: [x, y]}

    remote: archive
    nfiles: 4
  - path: other
    md5: '22222222222222222222222222222222'
    hash: md5
meta: {a: 1}
)");
  EXPECT_EQ(
      *ChangedDvcFile(text, "raw.dvc", "other", {"22222222222222222222222222222222", 0, std::nullopt, false}),
      text.substr(0, text.find("    hash: md5\nmeta")) + "    hash: md5\n    size: 0\nmeta: {a: 1}\n");
}

TEST(DvcFileTest, AnOutOfDvc2BecomesOneOfDvc3AndAFolderAFile) {
  EXPECT_EQ(
      *ChangedDvcFile("outs:\n- nfiles: 3\n  md5: 33333333333333333333333333333333.dir\n  size: 9\n  path: a",
                      "a.dvc", "a", kFile),
      "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 0\n  path: a\n  hash: md5");
}

TEST(DvcFileTest, MapsInBracesStayInBraces) {
  EXPECT_EQ(*ChangedDvcFile("outs: [{md5: 33333333333333333333333333333333, nfiles: 3,\n  path: a}]\n",
                            "a.dvc", "a", kFile),
            "outs: [{md5: d41d8cd98f00b204e9800998ecf8427e, path: a, size: 0, hash: md5}]\n");
}

TEST(DvcFileTest, WhatIsNotThereCannotBeChanged) {
  EXPECT_EQ(ChangedDvcFile("outs:\n- path: a\n", "a.dvc", "b", kFile).error().reason, Reason::NotFound);
  EXPECT_EQ(*MovedDvcFile("outs:\n- md5: x # c\n  path: a\n", "a.dvc", "a", "b c"),
            "outs:\n- md5: x # c\n  path: b c\n");
}

TEST(DvcFileTest, ALockChangesInOnePlace) {
  const std::string text = R"(schema: '2.0'
stages:
  prep:
    cmd: x
    outs:
    - path: a
      hash: md5
      md5: 11111111111111111111111111111111
      size: 1
  other:
    cmd: x
    deps:
    - path: a
      hash: md5
      md5: 11111111111111111111111111111111
      size: 1
)";
  const auto changed = *ChangedLock(text, "dvc.lock", "prep", "a", kFolder);
  EXPECT_NE(changed.find("3b19761b3afda73d2e3b38a2120c9383.dir\n      size: 22\n      nfiles: 4\n  other"),
            std::string::npos)
      << changed;
  EXPECT_EQ(changed.substr(changed.find("  other")), text.substr(text.find("  other")));
  EXPECT_EQ(ChangedLock(text, "dvc.lock", "gone", "a", kFolder).error().reason, Reason::NotFound);
}

TEST(DvcFileTest, GitIgnoresEachNameOnceAndTheFileGoesWithItsLastLine) {
  const auto folder = *os::TempFolder::Create();
  const std::string path = folder / ".gitignore";
  EXPECT_TRUE(*IgnoreInGit(folder.path(), "data"));
  EXPECT_TRUE(*IgnoreInGit(folder.path(), "odd [1]#!"));
  EXPECT_FALSE(*IgnoreInGit(folder.path(), "data"));
  EXPECT_EQ(*os::ReadFile(path), "/data\n/odd \\[1\\]\\#\\!\n");
  ASSERT_TRUE(os::WriteFileAtomically(path, "# own\n*.tmp\n/data"));
  EXPECT_TRUE(*IgnoreInGit(folder.path(), "more"));
  EXPECT_EQ(*os::ReadFile(path), "# own\n*.tmp\n/data\n/more\n");
  EXPECT_TRUE(*UnignoreInGit(folder.path(), "data"));
  EXPECT_FALSE(*UnignoreInGit(folder.path(), "data"));
  EXPECT_EQ(*os::ReadFile(path), "# own\n*.tmp\n/more\n");
  ASSERT_TRUE(os::WriteFileAtomically(path, "/more\n"));
  EXPECT_TRUE(*UnignoreInGit(folder.path(), "more"));
  EXPECT_FALSE(os::Exists(path));
  EXPECT_FALSE(*UnignoreInGit(folder.path(), "more"));
}

}  // namespace
}  // namespace cairn::repository
