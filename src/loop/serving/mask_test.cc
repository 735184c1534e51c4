#include "loop/serving/mask.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::serving {
namespace {

TEST(MaskTest, IsTheKeyedDigestOfColumnAndLevel) {
  // printf 'name\0Ada' | openssl dgst -sha256 -hmac 'a key'
  EXPECT_EQ(Mask("a key").OfLevel("name", "Ada"), "masked:d053e1d6226bb2a3be8de52e82db083f");
}

TEST(MaskTest, IsStablePerKeyAndColumnAndToldApartByBoth) {
  const Mask mask("a key"), same("a key"), other("another key");
  EXPECT_EQ(mask.Of("name", Json("Ada")), same.Of("name", Json("Ada")));
  EXPECT_NE(mask.Of("name", Json("Ada")), mask.Of("name", Json("Ben")));
  EXPECT_NE(mask.Of("name", Json("Ada")), mask.Of("town", Json("Ada")));
  EXPECT_NE(mask.Of("name", Json("Ada")), other.Of("name", Json("Ada")));
  EXPECT_EQ(mask.Of("age", Json(41)), mask.Of("age", Json(41.0)));
  EXPECT_TRUE(mask.Of("name", Json()).IsNull());
  EXPECT_EQ(mask.Of("name", mask.Of("name", Json("Ada"))), mask.Of("name", Json("Ada")));
}

TEST(MaskTest, LeavesTheOtherColumnsAsTheyAre) {
  const Mask mask("a key");
  const Columns columns = {
      {"name", {"Ada", nullptr}}, {"hour", Values(Values::Floats{1.5f, 2.5f})}, {"age", {41, 42}}};
  const Columns kept = mask.Of(columns, {"age", "name"});
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0].second, (Values{mask.Of("name", Json("Ada")), nullptr}));
  EXPECT_EQ(kept[1], columns[1]);
  EXPECT_EQ(kept[2].second, (Values{mask.Of("age", Json(41)), mask.Of("age", Json(42))}));
  EXPECT_EQ(mask.Of(columns, {}), columns);
}

TEST(MaskTest, MakesItsKeyOnceForItsOwnerAlone) {
  const auto folder = *os::TempFolder::Create();
  const std::string path = folder.path() + "/mask.key";
  const auto first = Mask::ByKeyIn(path), second = Mask::ByKeyIn(path);
  ASSERT_TRUE(first && second) << first.error().message;
  EXPECT_EQ(first->OfLevel("name", "Ada"), second->OfLevel("name", "Ada"));
  EXPECT_EQ(os::ReadFile(path)->size(), 32u);
  EXPECT_EQ(os::Stat(path)->mode & 0777, 0600u);
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(Mask::ByKeyIn(path).error().reason, Reason::Denied);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(truncate(path.c_str(), 5), 0);
  EXPECT_EQ(Mask::ByKeyIn(path).error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::serving
