#include "loop/repository/remote/landing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/repository/tree.h"

namespace cairn::repository {
namespace {

using ::testing::ElementsAre;

/// Names of objects that lie in the folder "ab" of a tree.
ObjectId Id(char digit, const std::string& suffix = "") {
  return {"ab" + std::string(30, digit) + suffix, false};
}

class LandingTest : public testing::Test {
 protected:
  std::string PathOf(const ObjectId& id) const { return os::JoinPath(root_, id.Key()); }

  /// Where it was written, which nobody sees yet.
  std::string Write(Landing& landing, const ObjectId& id, const std::string& text) const {
    auto room = *landing.Room(id);
    EXPECT_TRUE(os::WriteFileAtomically(room, text));
    EXPECT_FALSE(os::Exists(PathOf(id)));
    return room;
  }
  void Land(Landing& landing, const ObjectId& id, const std::string& text) const {
    EXPECT_TRUE(landing.Arrived(id, Write(landing, id, text)));
  }
  std::vector<std::string> Below(const std::string& folder) const {
    return *os::ListFolder(os::JoinPath(root_, folder));
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  const std::string root_ = folder_ / "store";
};

TEST_F(LandingTest, TheFirstObjectsOfAFolderBringItAlongWithTheListing) {
  Landing landing(root_, Landing::Sharing::ByUmask);
  Land(landing, Id('1', ".dir"), "[]");
  Land(landing, Id('2'), "two");
  Land(landing, Id('3'), "three");
  EXPECT_THAT(*ObjectsBelow(root_), ::testing::IsEmpty());
  ASSERT_TRUE(landing.Settle());
  EXPECT_EQ(*os::ReadFile(PathOf(Id('1', ".dir"))), "[]");
  EXPECT_EQ(*os::ReadFile(PathOf(Id('3'))), "three");
  EXPECT_EQ(os::Stat(PathOf(Id('2')))->mode, Landing::kProtected);
  EXPECT_THAT(Below("files/md5"), ElementsAre("ab")) << "nothing hidden is left";
  EXPECT_EQ(Below("files/md5/ab").size(), 3U);
}

TEST_F(LandingTest, WhatNeverArrivedGetsNoName) {
  {
    Landing landing(root_, Landing::Sharing::ByUmask);
    Land(landing, Id('1'), "whole");
    Write(landing, Id('2'), "hal");
    ASSERT_TRUE(landing.Settle());
    EXPECT_TRUE(os::Exists(PathOf(Id('1'))));
    EXPECT_FALSE(os::Exists(PathOf(Id('2'))));
    Land(landing, Id('3'), "never settled");
  }
  EXPECT_THAT(Below("files/md5/ab"), ElementsAre(std::string(30, '1')));
  EXPECT_TRUE(LeftoversBelow(root_)->empty());
}

TEST_F(LandingTest, OneObjectMayLandTwiceAndBesideThoseOfAnotherProcess) {
  Landing landing(root_, Landing::Sharing::ByUmask), other(root_, Landing::Sharing::ByUmask);
  Land(landing, Id('1'), "one");
  Land(landing, Id('1'), "one");
  Land(other, Id('2'), "two");
  ASSERT_TRUE(other.Settle());
  ASSERT_TRUE(landing.Settle());
  EXPECT_EQ(*os::ReadFile(PathOf(Id('1'))), "one");
  EXPECT_THAT(Below("files/md5/ab"),
              ::testing::UnorderedElementsAre(std::string(30, '1'), std::string(30, '2')));
  EXPECT_THAT(Below("files/md5"), ElementsAre("ab"));
}

TEST_F(LandingTest, WhatAKilledProcessLeftIsNamedFilesFirst) {
  const std::string hidden = os::JoinPath(root_, "files/md5/.tmp-" + std::string(32, 'a'));
  for (const std::string& folder : {hidden, os::JoinPath(root_, ".tmp-of others")}) {
    ASSERT_TRUE(os::MakeFolders(folder));
    ASSERT_TRUE(os::WriteFileAtomically(os::JoinPath(folder, std::string(30, '1')), "x"));
  }
  std::vector<std::string> paths;
  const auto leftovers = *LeftoversBelow(root_);
  for (const auto& leftover : leftovers) paths.push_back(leftover.path);
  EXPECT_THAT(paths, ElementsAre(os::JoinPath(hidden, std::string(30, '1')), hidden));
  EXPECT_TRUE(ObjectsBelow(root_)->empty());
}

}  // namespace
}  // namespace cairn::repository
