#include "loop/repository/transfer.h"

#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/repository/objects.h"
#include "loop/repository/tree.h"

namespace cairn::repository {
namespace {

/// A cache, and remotes in folders beside it.
class TransferTest : public testing::Test {
 protected:
  std::string Store(const std::string& text) { return *Objects(cache_).StoreBytes(text); }

  /// A tracked folder of these files.
  TrackedPath Folder(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) {
    Listing listed;
    TrackedPath tracked;
    for (const auto& [name, text] : files) {
      listed.Add(name, *Md5OfHex(Store(text)));
      tracked.size += text.size();
    }
    listed.Arrange();
    const std::string listing = listed.Object(), md5 = crypto::Md5Hex(listing) + ".dir";
    const std::string at = PathOf(cache_, md5);
    EXPECT_TRUE(os::MakeFolders(os::ParentOf(at)));
    EXPECT_TRUE(os::WriteFileAtomically(at, listing));
    EXPECT_TRUE(os::SetMode(at, 0444));
    tracked.path = path;
    tracked.md5 = md5;
    return tracked;
  }
  static TrackedPath File(const std::string& path, const std::string& md5) {
    TrackedPath tracked;
    tracked.path = path;
    tracked.md5 = md5;
    return tracked;
  }

  static std::string PathOf(const std::string& root, const std::string& md5) {
    return os::JoinPath(root, ObjectId{md5, false}.Key());
  }
  static void Damage(const std::string& path) {
    std::string bytes = *os::ReadFile(path);
    bytes[0] = static_cast<char>(bytes[0] ^ 1);
    ASSERT_TRUE(os::SetMode(path, 0644));
    ASSERT_TRUE(os::WriteFileAtomically(path, bytes, 0444));
  }

  TransferOrder Order(const std::vector<TrackedPath>& paths, const std::string& remote = "") const {
    TransferOrder order{cache_, configuration_, {}, remote, 2, false, {}, {}};
    for (const auto& path : paths) order.chosen.push_back({path, {}});
    return order;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  const std::string cache_ = folder_ / "cache", store_ = folder_ / "store", spare_ = folder_ / "spare";
  const Configuration configuration_ =
      *Configuration::ReadText("[core]\nremote = store\n['remote \"store\"']\nurl = " + store_ +
                                   "\n['remote \"spare\"']\nurl = " + spare_ + "\n",
                               folder_.path());
};

TEST_F(TransferTest, WhatWasPushedIsFetchedAndTheTreesAreEqual) {
  const std::vector<TrackedPath> paths{Folder("raw", {{"a", "one"}, {"sub/b", "two"}, {"sub/c", "one"}}),
                                       File("x", Store("three"))};
  const auto pushed = Push(Order(paths));
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->moved, 4U);
  EXPECT_EQ(Push(Order(paths))->moved, 0U);
  const auto held = *ObjectsBelow(store_);
  EXPECT_EQ(held.size(), 4U);
  EXPECT_EQ(os::Stat(PathOf(store_, paths[0].md5))->mode, 0444U);
  ASSERT_TRUE(os::RemoveTree(cache_));
  std::uint64_t expected = 0, moved = 0;
  auto order = Order(paths);
  order.jobs = 1;
  order.expected = [&](std::uint64_t bytes) { expected += bytes; };
  order.moved = [&](std::uint64_t bytes) { moved += bytes; };
  const auto fetched = Fetch(order);
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->moved, 4U);
  EXPECT_GE(moved, 11U);
  EXPECT_GT(expected, 0U);
  EXPECT_EQ(ObjectsBelow(cache_)->size(), 4U);
  EXPECT_TRUE(LeftoversBelow(cache_)->empty());
  EXPECT_EQ(*os::ReadFile(PathOf(cache_, paths[1].md5)), "three");
}

TEST_F(TransferTest, AListingOnlyFollowsWhenAllItsFilesAreThere) {
  const auto raw = Folder("raw", {{"a", "one"}, {"b", "two"}});
  ASSERT_TRUE(os::Remove(PathOf(cache_, crypto::Md5Hex("two"))));
  const auto pushed = Push(Order({raw}));
  ASSERT_TRUE(pushed);
  ASSERT_EQ(pushed->missing.size(), 1U);
  EXPECT_EQ(pushed->missing[0].path, "raw/b");
  EXPECT_FALSE(os::Exists(PathOf(store_, raw.md5)));
  EXPECT_TRUE(os::Exists(PathOf(store_, crypto::Md5Hex("one"))));
}

TEST_F(TransferTest, ADamagedObjectIsNamedAndNeverPushed) {
  const auto raw = Folder("raw", {{"a", "one"}, {"b", "two"}});
  Damage(PathOf(cache_, crypto::Md5Hex("one")));
  const auto pushed = Push(Order({raw}));
  ASSERT_TRUE(pushed);
  ASSERT_EQ(pushed->failed.size(), 1U);
  EXPECT_EQ(pushed->failed[0].object.path, "raw/a");
  EXPECT_EQ(pushed->failed[0].error.reason, Reason::Corrupt);
  EXPECT_FALSE(os::Exists(PathOf(store_, crypto::Md5Hex("one"))));
  EXPECT_FALSE(os::Exists(PathOf(store_, raw.md5)));
}

TEST_F(TransferTest, ADamagedObjectThatAnotherRemoteHasIsMendedAndPushed) {
  const auto raw = Folder("raw", {{"a", "one"}});
  ASSERT_TRUE(Push(Order({raw}, "spare")));
  const std::string object = PathOf(cache_, crypto::Md5Hex("one"));
  Damage(object);
  const auto pushed = Push(Order({raw}));
  ASSERT_TRUE(pushed);
  EXPECT_EQ(pushed->mended.size(), 1U);
  EXPECT_TRUE(pushed->failed.empty());
  EXPECT_EQ(*os::ReadFile(object), "one");
  EXPECT_EQ(*os::ReadFile(PathOf(store_, crypto::Md5Hex("one"))), "one");
  EXPECT_TRUE(os::Exists(PathOf(store_, raw.md5)));
}

TEST_F(TransferTest, ADamagedObjectOfTheRemoteIsNotTaken) {
  const auto x = File("x", Store("one"));
  ASSERT_TRUE(Push(Order({x})));
  ASSERT_TRUE(os::RemoveTree(cache_));
  Damage(PathOf(store_, x.md5));
  const auto fetched = Fetch(Order({x}));
  ASSERT_TRUE(fetched);
  ASSERT_EQ(fetched->failed.size(), 1U);
  EXPECT_EQ(fetched->failed[0].error.reason, Reason::Corrupt);
  EXPECT_FALSE(os::Exists(PathOf(cache_, x.md5)));
  EXPECT_TRUE(LeftoversBelow(cache_)->empty());
}

TEST_F(TransferTest, VerifyingFetchesAnewWhatIsDamagedInTheCache) {
  const auto raw = Folder("raw", {{"a", "one"}, {"b", "two"}});
  ASSERT_TRUE(Push(Order({raw})));
  Damage(PathOf(cache_, crypto::Md5Hex("two")));
  EXPECT_EQ(Fetch(Order({raw}))->moved, 0U);
  auto order = Order({raw});
  order.verify = true;
  const auto fetched = Fetch(order);
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->moved, 1U);
  EXPECT_EQ(fetched->mended.size(), 1U);
  EXPECT_EQ(*os::ReadFile(PathOf(cache_, crypto::Md5Hex("two"))), "two");
}

TEST_F(TransferTest, PartsOfAFolderAreFetchedAlone) {
  const auto raw = Folder("raw", {{"a", "one"}, {"sub/b", "two"}});
  ASSERT_TRUE(Push(Order({raw})));
  ASSERT_TRUE(os::RemoveTree(cache_));
  const std::string targets[] = {"raw/sub"};
  auto order = Order({});
  order.chosen = *Choose({raw}, targets);
  EXPECT_EQ(Fetch(order)->moved, 2U);
  EXPECT_TRUE(os::Exists(PathOf(cache_, crypto::Md5Hex("two"))));
  EXPECT_FALSE(os::Exists(PathOf(cache_, crypto::Md5Hex("one"))));
}

TEST_F(TransferTest, WhatIsMissingEverywhereIsNamedAndTheRestComes) {
  const auto x = File("x", Store("one")), y = File("y", "d41d8cd98f00b204e9800998ecf8427e");
  ASSERT_TRUE(Push(Order({x})));
  ASSERT_TRUE(os::RemoveTree(cache_));
  const auto fetched = Fetch(Order({x, y}));
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->moved, 1U);
  ASSERT_EQ(fetched->missing.size(), 1U);
  EXPECT_EQ(fetched->missing[0].path, "y");
}

TEST_F(TransferTest, EachPathGoesToItsOwnRemoteAndImportsGoToNone) {
  auto x = File("x", Store("one")), y = File("y", Store("two")), z = File("z", Store("three"));
  y.remote = "Spare";
  z.pushed = false;
  EXPECT_EQ(Push(Order({x, y, z}))->moved, 2U);
  EXPECT_EQ(ObjectsBelow(store_)->size(), 1U);
  EXPECT_TRUE(os::Exists(PathOf(spare_, y.md5)));
  // Asked for one remote, what belongs to another is left out.
  EXPECT_EQ(Push(Order({x, y}, "store"))->moved, 0U);
}

TEST_F(TransferTest, TheDifferenceNamesBothSides) {
  const auto x = File("x", Store("one")), y = File("y", Store("two")),
             z = File("z", "d41d8cd98f00b204e9800998ecf8427e");
  ASSERT_TRUE(Push(Order({y})));
  ASSERT_TRUE(os::Remove(PathOf(cache_, y.md5)));
  const auto difference = *Compare(Order({x, y, z}));
  EXPECT_EQ(difference.only_here.front().path, "x");
  EXPECT_EQ(difference.only_there.front().path, "y");
  EXPECT_EQ(difference.missing.front().path, "z");
}

TEST_F(TransferTest, TargetsNamePathsFilesStagesAndParts) {
  auto raw = Folder("data/raw", {{"a", "one"}}), model = File("model", Store("m"));
  raw.said_in = "data/raw.dvc";
  model.said_in = "dvc.lock";
  model.stage = "train@x";
  const auto chosen = [&](const std::string& target) {
    const std::string targets[] = {target};
    const auto found = Choose({raw, model}, targets);
    return found ? found->front().path.path + ":" + std::to_string(found->front().only.size()) + "/" +
                       std::to_string(found->size())
                 : NameOf(found.error().reason) + std::string(" ") + found.error().message;
  };
  EXPECT_EQ(chosen("data"), "data/raw:0/1");
  EXPECT_EQ(chosen("./data/raw/"), "data/raw:0/1");
  EXPECT_EQ(chosen("data/raw.dvc"), "data/raw:0/1");
  EXPECT_EQ(chosen("data/raw/a"), "data/raw:1/1");
  EXPECT_EQ(chosen("train@x"), "model:0/1");
  EXPECT_EQ(chosen("train"), "model:0/1");
  EXPECT_EQ(chosen("dvc.yaml:train"), "model:0/1");
  EXPECT_EQ(chosen("modl"), "NotFound 'modl' is not tracked here. Did you mean 'model'?");
}

TEST(ObjectIdTest, PlacesAndNamesAnswerEachOther) {
  for (const bool legacy : {false, true}) {
    for (const std::string suffix : {"", ".dir"}) {
      const ObjectId id{"d41d8cd98f00b204e9800998ecf8427e" + suffix, legacy};
      EXPECT_EQ(ObjectAt(id.Key()), id);
    }
  }
  for (const char* key :
       {"files/md5/d4/.tmp-1", "runs/ab/cd", "files/md5/zz/1d8cd98f00b204e9800998ecf8427e", "d4", ""})
    EXPECT_FALSE(ObjectAt(key)) << key;
}

}  // namespace
}  // namespace cairn::repository
