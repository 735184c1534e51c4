#include "loop/repository/objects.h"

#include <gtest/gtest.h>

#include "ground/os/temp_folder.h"

namespace cairn::repository {
namespace {

class ObjectsTest : public testing::Test {
 protected:
  ObjectsTest()
      : folder_(*os::TempFolder::Create()),
        index_(StatIndex::Open(folder_ / "index")),
        objects_(folder_ / "cache") {}

  std::string Write(const std::string& name, std::string_view bytes) {
    const std::string path = folder_ / name;
    EXPECT_TRUE(os::MakeFolders(os::ParentOf(path)));
    EXPECT_TRUE(os::WriteFileAtomically(path, bytes));
    return path;
  }

  os::TempFolder folder_;
  StatIndex index_;
  Objects objects_;
};

TEST_F(ObjectsTest, AFolderIsNamedAsDvcNamesIt) {
  Write("raw/foo", "foo\n");
  Write("raw/b r.txt", "b\xC3\xA4r\n");
  Write("raw/sub/\xC3\xA9.txt", "\xC3\xA9\n");
  Write("raw/x.sh", "#!/bin/sh\n");
  const auto snapshot = TakeSnapshot(folder_ / "raw", index_);
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_EQ(snapshot->md5, "3b19761b3afda73d2e3b38a2120c9383.dir");
  EXPECT_EQ(ListingOf(snapshot->files).size(), 268U);
}

TEST_F(ObjectsTest, AFileIsNamedByItsMd5AndProvenBySha256) {
  const auto snapshot = TakeSnapshot(Write("a.csv", "a,b\n1,2\n"), index_);
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->md5, "e5ebd4c02cefbe7955977c67ada242b7");
  EXPECT_EQ(snapshot->sha256.size(), 64U);
}

TEST_F(ObjectsTest, WhatWasStoredComesBackAndExtraFilesGo) {
  Write("raw/a/1", "one");
  Write("raw/2", "two");
  const auto snapshot = TakeSnapshot(folder_ / "raw", index_);
  ASSERT_TRUE(objects_.Store(folder_ / "raw", *snapshot));
  EXPECT_TRUE(objects_.HasAll(*snapshot));
  EXPECT_EQ(os::Stat(objects_.PathOf(snapshot->md5))->mode & 0777, 0444U);
  Write("raw/2", "changed");
  Write("raw/extra", "x");
  const auto restored = objects_.Checkout(snapshot->md5, folder_ / "raw");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(TakeSnapshot(folder_ / "raw", index_)->md5, snapshot->md5);
}

TEST_F(ObjectsTest, AMissingObjectIsNamed) {
  const auto missing = objects_.Checkout("d41d8cd98f00b204e9800998ecf8427e", folder_ / "x");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, Reason::NotFound);
}

TEST_F(ObjectsTest, BytesThatAreNotTheSnapshotsAreNotStored) {
  const std::string path = Write("a", "one");
  auto snapshot = *TakeSnapshot(path, index_);
  Write("a", "two");
  const auto stored = objects_.Store(path, snapshot);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().reason, Reason::Conflict);
  EXPECT_FALSE(objects_.Has(snapshot.md5));
}

TEST_F(ObjectsTest, AListingThatLeavesItsFolderIsRefused) {
  for (const char* listing : {R"([{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "../x"}])",
                              R"([{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "/etc/passwd"}])",
                              R"([{"md5": "zz", "relpath": "x"}])", "{}", "["}) {
    EXPECT_FALSE(ParseListing(listing)) << listing;
  }
}

TEST_F(ObjectsTest, TheIndexSurvivesSavingAndForgetsWhatIsDamaged) {
  const std::string path = Write("a", "one");
  const os::FileStamp old{1, 3, 1000, 1000};
  index_.Remember(path, old, {"d41d8cd98f00b204e9800998ecf8427e", std::string(64, 'a'), 3});
  ASSERT_TRUE(index_.Save());
  const StatIndex again = StatIndex::Open(folder_ / "index");
  ASSERT_TRUE(again.Find(path, old));
  EXPECT_EQ(again.Find(path, old)->sha256, std::string(64, 'a'));
  EXPECT_FALSE(again.Find(path, {1, 3, 1001, 1000}));
  Write("index", "cairn stat index 1\nrubbish");
  EXPECT_FALSE(StatIndex::Open(folder_ / "index").Find(path, old));
}

}  // namespace
}  // namespace cairn::repository
