#include <gtest/gtest.h>

#include <thread>

#include "ground/blob/name.h"
#include "ground/blob/store.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::blob {
namespace {

class FolderStore : public testing::Test {
 protected:
  std::vector<std::string> Names(std::string_view folder) {
    std::vector<std::string> names;
    const auto entries = *store_->List(folder);
    for (const Entry& entry : entries) names.push_back(entry.name + (entry.folder ? "/" : ""));
    return names;
  }
  std::string Read(std::string_view name) { return *os::ReadFile(store_->Get(name)->path); }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<Store> store_ = *OpenFolder(folder_ / "root");
};

TEST_F(FolderStore, WhatIsPutIsFound) {
  ASSERT_TRUE(store_->Put("1/run/model/MLmodel", "flavors"));
  ASSERT_TRUE(store_->Put("1/run/a file%20.txt", ""));
  EXPECT_EQ(Read("1/run/model/MLmodel"), "flavors");
  EXPECT_EQ(store_->Get("1//run/./model/MLmodel")->size, 7u);
  EXPECT_EQ(store_->Get("1/run/a file%20.txt")->size, 0u);
  ASSERT_TRUE(store_->Put("1/run/model/MLmodel", "changed"));
  EXPECT_EQ(Read("1/run/model/MLmodel"), "changed");
}

TEST_F(FolderStore, ListsOneLevelSorted) {
  for (const char* name : {"b", "a/x", "a.b", "c/d/e"}) ASSERT_TRUE(store_->Put(name, "12"));
  EXPECT_EQ(Names(""), (std::vector<std::string>{"a/", "a.b", "b", "c/"}));
  EXPECT_EQ(Names("c/"), (std::vector<std::string>{"d/"}));
  EXPECT_EQ(store_->List("a")->at(0).size, 2u);
  EXPECT_TRUE(Names("b").empty());
  EXPECT_TRUE(Names("none/at/all").empty());
}

TEST_F(FolderStore, TakesASpooledFileAway) {
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "spooled", "bytes"));
  ASSERT_TRUE(store_->PutFile("x/y", folder_ / "spooled"));
  EXPECT_EQ(Read("x/y"), "bytes");
  EXPECT_FALSE(os::Exists(folder_ / "spooled"));
  EXPECT_EQ(store_->PutFile("x/z", folder_ / "spooled").error().reason, Reason::NotFound);
}

TEST_F(FolderStore, TakesASpooledFileFromAnotherFileSystem) {
  const auto elsewhere = os::TempFolder::Create("/dev/shm");
  if (!elsewhere || os::Stat(elsewhere->path())->device == os::Stat(folder_.path())->device)
    GTEST_SKIP() << "there is only one file system";
  ASSERT_TRUE(os::WriteFileAtomically(*elsewhere / "spooled", std::string(3'000'000, 's')));
  ASSERT_TRUE(store_->PutFile("x/y", *elsewhere / "spooled"));
  EXPECT_EQ(Read("x/y"), std::string(3'000'000, 's'));
  EXPECT_FALSE(os::Exists(*elsewhere / "spooled"));
}

TEST_F(FolderStore, FilesAndFoldersDoNotTakeEachOthersPlace) {
  ASSERT_TRUE(store_->Put("a/b", "x"));
  EXPECT_EQ(store_->Put("a", "y").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(store_->Put("a/b/c", "y").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(store_->Put("", "y").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(store_->Get("a").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(store_->Get("a/none").error().reason, Reason::NotFound);
  EXPECT_EQ(Read("a/b"), "x");
}

TEST_F(FolderStore, DeletesFilesAndFoldersButNotTheTop) {
  for (const char* name : {"a/b/c", "a/d", "e"}) ASSERT_TRUE(store_->Put(name, "x"));
  ASSERT_TRUE(store_->Delete("a/b"));
  EXPECT_EQ(Names("a"), (std::vector<std::string>{"d"}));
  ASSERT_TRUE(store_->Delete("e"));
  EXPECT_EQ(store_->Delete("e").error().reason, Reason::NotFound);
  for (const char* top : {"", ".", "./."})
    EXPECT_EQ(store_->Delete(top).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Names(""), (std::vector<std::string>{"a/"}));
}

constexpr std::string_view kEscapes[] = {"..",
                                         "../x",
                                         "a/../x",
                                         "a/..",
                                         "/etc/passwd",
                                         "//etc",
                                         "a\\b",
                                         "..\\x",
                                         "C:/x",
                                         "c:x",
                                         "C:",
                                         "a\nb",
                                         "a\x7f",
                                         "a#b",
                                         "\xff",
                                         "\xc0\xae\xc0\xae/x",
                                         "%2e%2e/x",
                                         "%2E%2E%2Fx",
                                         "..%2fx",
                                         "%2fetc",
                                         "a%5cb",
                                         "%252e%252e%252fx",
                                         "%25252e%25252e/x",
                                         "a/%2e./x",
                                         "a%0ab",
                                         "a%00",
                                         "%43:/x",
                                         "%zz/%2e%2e/x",
                                         "%/..",
                                         "%2%65%2e/../x",
                                         "%c0%ae%c0%ae/x",
                                         "a%23b",
                                         "%25%32%65%25%32%65/x",
                                         "x/.%2e",
                                         "x%2f..",
                                         ".cairn-x.tmp"};

TEST_F(FolderStore, NoNameLeavesTheRoot) {
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "x", "secret"));
  ASSERT_TRUE(store_->Put("a/b", "x"));
  for (const std::string_view name : kEscapes) {
    EXPECT_EQ(store_->Put(name, "y").error().reason, Reason::InvalidArgument) << name;
    EXPECT_EQ(store_->PutFile(name, folder_ / "x").error().reason, Reason::InvalidArgument) << name;
    EXPECT_EQ(store_->Get(name).error().reason, Reason::InvalidArgument) << name;
    EXPECT_EQ(store_->List(name).error().reason, Reason::InvalidArgument) << name;
    EXPECT_EQ(store_->Delete(name).error().reason, Reason::InvalidArgument) << name;
  }
  EXPECT_EQ(store_->Get(std::string_view("a\0b", 3)).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Names(""), (std::vector<std::string>{"a/"}));
  EXPECT_EQ(*os::ReadFile(folder_ / "x"), "secret");
}

TEST_F(FolderStore, HarmlessNamesAreTaken) {
  for (const char* name : {"...", "a..b", "..a", "50%", "50%25.txt", "%zz", "a b+c&d=e?f", "caf\xC3\xA9",
                           "~root", "-rf", "ab:c", ".hidden"}) {
    EXPECT_TRUE(store_->Put(name, name)) << name;
    EXPECT_EQ(Read(name), name);
  }
  EXPECT_EQ(store_->List("")->size(), 12u);
}

TEST_F(FolderStore, LinksThatLeadOutAreDeniedAndNotListed) {
  ASSERT_TRUE(os::MakeFolders(folder_ / "outside"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "outside/f", "secret"));
  ASSERT_TRUE(store_->Put("in/f", "x"));
  ASSERT_TRUE(os::Symlink(folder_ / "outside", folder_ / "root/out"));
  ASSERT_TRUE(os::Symlink("../outside/f", folder_ / "root/file"));
  ASSERT_TRUE(os::Symlink("in", folder_ / "root/alias"));
  EXPECT_EQ(store_->Get("out/f").error().reason, Reason::Denied);
  EXPECT_EQ(store_->Get("file").error().reason, Reason::Denied);
  EXPECT_EQ(store_->Put("out/g", "y").error().reason, Reason::Denied);
  EXPECT_EQ(store_->Put("out/new/g", "y").error().reason, Reason::Denied);
  EXPECT_EQ(store_->Delete("out/f").error().reason, Reason::Denied);
  EXPECT_EQ(store_->List("out").error().reason, Reason::Denied);
  EXPECT_EQ(os::ListFolder(folder_ / "outside")->size(), 1u);
  EXPECT_EQ(Read("alias/f"), "x");
  EXPECT_EQ(Names(""), (std::vector<std::string>{"alias/", "in/"}));
}

TEST_F(FolderStore, AFileInTheMakingIsNotListed) {
  ASSERT_TRUE(store_->Put("a/b", "x"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "root/a/.cairn-0123.tmp", "half"));
  EXPECT_EQ(Names("a"), (std::vector<std::string>{"b"}));
}

TEST_F(FolderStore, WritersOfOneNameLeaveOneOfThemWhole) {
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([this, t] {
      for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(store_->Put("deep/er/name", std::string(10'000, static_cast<char>('a' + t))));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string found = Read("deep/er/name");
  EXPECT_EQ(found, std::string(10'000, found[0]));
  EXPECT_EQ(Names("deep/er"), (std::vector<std::string>{"name"}));
}

TEST(ContentType, IsTheOneDownloadsAreSentWith) {
  for (const char* plain :
       {"a.txt", "a/b.YAML", "MLmodel", "x/MLproject", "a.json", "a.py", "a.csv", "a.ipynb"}) {
    EXPECT_EQ(ContentTypeOf(plain), "text/plain") << plain;
  }
  EXPECT_EQ(ContentTypeOf("plot.png"), "image/png");
  EXPECT_EQ(ContentTypeOf("report.html"), "text/html");
  for (const char* unknown : {"model.onnx", "json", "a.tar.weird", "a.", ""})
    EXPECT_EQ(ContentTypeOf(unknown), "application/octet-stream") << unknown;
}

}  // namespace
}  // namespace cairn::blob
