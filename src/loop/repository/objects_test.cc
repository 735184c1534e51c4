#include "loop/repository/objects.h"

#include <gtest/gtest.h>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/repository/scan/digest.h"

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
  EXPECT_EQ(snapshot->listing->Object().size(), 268U);
}

TEST_F(ObjectsTest, AFileIsNamedByItsMd5AndProvenBySha256) {
  const auto snapshot = TakeSnapshot(Write("a.csv", "a,b\n1,2\n"), index_, Evidence::Sha256);
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

TEST_F(ObjectsTest, AnUnprotectedObjectIsLookedIntoAndADamagedOneReplaced) {
  const std::string path = Write("a", "one");
  const auto snapshot = *TakeSnapshot(path, index_);
  ASSERT_TRUE(objects_.Store(path, snapshot));
  const std::string object = objects_.PathOf(snapshot.md5);
  ASSERT_TRUE(os::SetMode(object, 0644));
  ASSERT_TRUE(objects_.Store(path, snapshot));
  EXPECT_EQ(os::Stat(object)->mode, 0444U);
  ASSERT_TRUE(os::SetMode(object, 0644));
  Write("cache/files/md5/" + snapshot.md5.substr(0, 2) + "/" + snapshot.md5.substr(2), "owe");
  ASSERT_TRUE(objects_.Store(path, snapshot));
  EXPECT_EQ(*os::ReadFile(object), "one");
}

TEST_F(ObjectsTest, ALargeFileArrivesWholeAndNothingIsLeftAside) {
  std::string bytes(20 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 13);
  const std::string path = Write("large", bytes);
  const auto snapshot = *TakeSnapshot(path, index_);
  ASSERT_TRUE(objects_.Store(path, snapshot));
  EXPECT_EQ(*os::ReadFile(objects_.PathOf(snapshot.md5)), bytes);
  EXPECT_FALSE(os::Exists(folder_ / "cache/.cairn-intake"));
}

TEST_F(ObjectsTest, WhatADeadProcessWroteAsideIsClearedAway) {
  Write("cache/.cairn-intake/0123/ab/cdef", "half");
  Write("cache/.cairn-intake/0123.lock", "");
  ASSERT_TRUE(objects_.StoreBytes("x"));
  EXPECT_FALSE(os::Exists(folder_ / "cache/.cairn-intake"));
}

TEST_F(ObjectsTest, AFileIsLinkedInTheWayThatIsAskedFor) {
  const std::string path = Write("a", "one");
  const auto snapshot = *TakeSnapshot(path, index_);
  for (const LinkType type : {LinkType::HardLink, LinkType::Symlink, LinkType::Copy}) {
    const Objects objects(CacheUse{folder_ / "cache", {type}, false});
    ASSERT_TRUE(objects.Store(path, snapshot));
    ASSERT_TRUE(objects.Checkout(snapshot.md5, folder_ / "b"));
    const auto made = *os::Stat(folder_ / "b", os::Symlinks::Report);
    EXPECT_EQ(made.kind == os::FileKind::Symlink, type == LinkType::Symlink);
    EXPECT_EQ(made.links == 1, type != LinkType::HardLink);
    EXPECT_EQ(os::Stat(folder_ / "b")->mode & 0222, type == LinkType::Copy ? 0200U : 0U);
    EXPECT_EQ(*os::ReadFile(folder_ / "b"), "one");
    ASSERT_TRUE(os::Remove(folder_ / "b"));
  }
}

TEST_F(ObjectsTest, AnObjectThatWasDamagedIsReplacedWhenItsContentIsStoredAgain) {
  const std::string path = Write("a.csv", "a,b\n1,2\n");
  const auto snapshot = TakeSnapshot(path, index_);
  ASSERT_TRUE(objects_.Store(path, *snapshot, &index_));
  const std::string object = objects_.PathOf(snapshot->md5);
  ASSERT_TRUE(os::SetMode(object, 0644));
  const auto file = os::OpenToChange(object);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(os::WriteAll(file->number(), "a,b\n1,3\n", object));
  ASSERT_TRUE(os::SetMode(object, 0444));
  ASSERT_TRUE(objects_.Store(path, *snapshot, &index_));
  EXPECT_EQ(*os::ReadFile(object), "a,b\n1,2\n");
}

TEST_F(ObjectsTest, ADamagedListingIsReplacedToo) {
  Write("raw/1", "one");
  const auto snapshot = TakeSnapshot(folder_ / "raw", index_);
  ASSERT_TRUE(objects_.Store(folder_ / "raw", *snapshot));
  const std::string object = objects_.PathOf(snapshot->md5), whole = *os::ReadFile(object);
  ASSERT_TRUE(os::WriteFileAtomically(object, std::string(whole.size(), ' '), 0444));
  ASSERT_TRUE(objects_.Store(folder_ / "raw", *snapshot));
  EXPECT_EQ(*os::ReadFile(object), whole);
}

TEST_F(ObjectsTest, NoMoreOfAFileIsReadThanItHad) {
  const auto status = os::Stat("/dev/zero");
  ASSERT_TRUE(status);
  EXPECT_EQ(DigestFile("/dev/zero", status->stamp, nullptr).error().reason, Reason::Conflict);
  EXPECT_EQ(DigestsOfFile("/dev/zero", status->stamp).error().reason, Reason::Conflict);
  EXPECT_EQ(LegacyDigestFile("/dev/zero", status->stamp).error().reason, Reason::Conflict);
}

}  // namespace
}  // namespace cairn::repository
