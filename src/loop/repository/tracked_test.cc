#include "loop/repository/tracked.h"

#include <gtest/gtest.h>

#include <map>

namespace cairn::repository {
namespace {

Texts TextsOf(std::map<std::string, std::string> files) {
  Texts texts;
  for (const auto& [file, text] : files) texts.files.push_back(file);
  texts.read = [files = std::move(files)](const std::string& file) -> Result<std::string> {
    return files.at(file);
  };
  return texts;
}

std::vector<TrackedPath> Read(std::map<std::string, std::string> files) {
  auto tracked = TrackedIn(TextsOf(std::move(files)));
  EXPECT_TRUE(tracked) << tracked.error().message;
  return tracked ? *std::move(tracked) : std::vector<TrackedPath>();
}

constexpr const char* kFolder = R"(# kept by hand
outs:
- md5: 3b19761b3afda73d2e3b38a2120c9383.dir
  size: 22
  nfiles: 4
  hash: md5
  path: raw
  remote: archive
)";

TEST(TrackedTest, APointerTellsPathDigestAndWhereItIsKept) {
  const auto tracked = Read({{"data/raw.dvc", kFolder}});
  ASSERT_EQ(tracked.size(), 1U);
  EXPECT_EQ(tracked[0].path, "data/raw");
  EXPECT_EQ(tracked[0].md5, "3b19761b3afda73d2e3b38a2120c9383.dir");
  EXPECT_TRUE(tracked[0].IsFolder());
  EXPECT_EQ(tracked[0].size, 22U);
  EXPECT_EQ(tracked[0].nfiles, 4);
  EXPECT_EQ(tracked[0].remote, "archive");
  EXPECT_EQ(tracked[0].said_in, "data/raw.dvc");
  EXPECT_FALSE(tracked[0].legacy);
}

TEST(TrackedTest, ADigestOfDigitsAloneIsNoNumberAndAMissingHashKeyMeansDvc2) {
  const auto tracked = Read({{"a.dvc", "outs:\n- md5: '00000000000000000000000000000012'\n  path: a\n"},
                             {"b.dvc", "outs:\n- md5: 10000000000000000000000000000012\n  path: b\n"}});
  ASSERT_EQ(tracked.size(), 2U);
  EXPECT_EQ(tracked[0].md5, "00000000000000000000000000000012");
  EXPECT_EQ(tracked[1].md5, "10000000000000000000000000000012");
  EXPECT_TRUE(tracked[0].legacy);
}

TEST(TrackedTest, AnImportIsNotPushed) {
  const auto tracked =
      Read({{"x.dvc",
             "frozen: true\ndeps:\n- path: x\n  repo: {url: ../a, rev_lock: ab}\nouts:\n- path: x\n  "
             "hash: md5\n  md5: d41d8cd98f00b204e9800998ecf8427e\n"}});
  ASSERT_EQ(tracked.size(), 1U);
  EXPECT_FALSE(tracked[0].pushed);
}

TEST(TrackedTest, AStagesOutsHaveTheDigestsOfTheLockBesideIt) {
  const auto tracked = Read({{"sub/dvc.lock", R"(schema: '2.0'
stages:
  prep:
    cmd: x
    outs:
    - path: out
      hash: md5
      md5: d41d8cd98f00b204e9800998ecf8427e
      size: 0
    - path: dropped
      hash: md5
      md5: d41d8cd98f00b204e9800998ecf8427e
)"},
                             {"sub/dvc.yaml", R"(stages:
  prep:
    cmd: x
    wdir: ../work
    outs:
    - out
    - new: {push: false}
    metrics:
    - figures.json: {cache: false}
    plots:
    - curve.csv:
      - {x: a, cache: false}
      - {x: b}
)"}});
  ASSERT_EQ(tracked.size(), 4U);
  EXPECT_EQ(tracked[0].path, "work/curve.csv");
  EXPECT_FALSE(tracked[0].cached);
  EXPECT_EQ(tracked[1].path, "work/figures.json");
  EXPECT_FALSE(tracked[1].cached);
  EXPECT_EQ(tracked[2].path, "work/new");
  EXPECT_FALSE(tracked[2].pushed);
  EXPECT_EQ(tracked[2].md5, "");
  EXPECT_EQ(tracked[3].path, "work/out");
  EXPECT_EQ(tracked[3].md5, "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(tracked[3].said_in, "sub/dvc.lock");
  EXPECT_EQ(tracked[3].stage, "prep");
}

TEST(TrackedTest, OfAStageDeclaredByTemplateTheLastRunsOutsAreTracked) {
  const auto tracked = Read({{"dvc.lock", R"(schema: '2.0'
stages:
  one@a:
    cmd: x
    outs:
    - {path: m-a.bin, hash: md5, md5: d41d8cd98f00b204e9800998ecf8427e, size: 0}
  two:
    cmd: x
    outs:
    - {path: t-7, hash: md5, md5: d41d8cd98f00b204e9800998ecf8427e, size: 0}
)"},
                             {"dvc.yaml", R"(stages:
  one:
    foreach: [a, b]
    do:
      cmd: x
      wdir: in/${item}
      outs:
      - m-${item}.bin: {cache: false}
  two:
    cmd: x
    outs:
    - t-${n}
)"}});
  ASSERT_EQ(tracked.size(), 2U);
  EXPECT_EQ(tracked[0].path, "in/a/m-a.bin");
  EXPECT_FALSE(tracked[0].cached);
  EXPECT_EQ(tracked[1].path, "t-7");
}

TEST(TrackedTest, PathsOutsideTheRepositoryAreLeftOut) {
  EXPECT_TRUE(
      Read({{"a.dvc",
             "outs:\n- {path: ../a, hash: md5}\n- {path: /tmp/b, hash: md5}\n- {path: 's3://x/y'}\n"}})
          .empty());
}

TEST(TrackedTest, WhatIsGitsOrDvcsOwnIsNoOutput) {
  for (const char* path : {".git/hooks/post-checkout", "sub/../.git/config", ".dvc/config.local", ".hg/hgrc",
                           "sub/.git", ".GIT/config", "deep/.dvc/config"}) {
    const std::string out = "outs:\n- path: " + std::string(path) + "\n  hash: md5\n";
    const auto tracked = TrackedIn(TextsOf({{"a.dvc", out}}));
    ASSERT_FALSE(tracked) << path;
    EXPECT_EQ(tracked.error().reason, Reason::InvalidArgument);
    EXPECT_NE(tracked.error().message.find("no data is put"), std::string::npos) << tracked.error().message;
  }
  EXPECT_FALSE(TrackedIn(TextsOf({{"a.dvc", "wdir: .git\nouts:\n- {path: config, hash: md5}\n"}})));
  EXPECT_FALSE(TrackedIn(TextsOf({{"dvc.yaml", "stages:\n  a:\n    cmd: x\n    outs: [.git/config]\n"}})));
  EXPECT_EQ(
      Read({{"a.dvc", "outs:\n- {path: .github/x.git, hash: md5}\n- {path: sub/.gitkeep, hash: md5}\n"}})
          .size(),
      2U);
}

TEST(TrackedTest, WhatIsNoneOfDvcsTextsIsRefusedWithItsPlace) {
  for (const char* text :
       {"outs:\n- md5: zz\n  path: a\n", "outs:\n- md5: ''\n  paht: a\n", "- a\n", "outs: a\n",
        "outs:\n- {path: a, size: many}\n", "outs:\n- {path: a, hash: sha1, md5: ''}\n", "{"}) {
    const auto tracked = TrackedIn(TextsOf({{"d/a.dvc", text}}));
    ASSERT_FALSE(tracked) << text;
    EXPECT_EQ(tracked.error().reason, Reason::InvalidArgument);
    EXPECT_TRUE(tracked.error().message.starts_with("d/a.dvc:")) << tracked.error().message;
  }
}

}  // namespace
}  // namespace cairn::repository
