#include "ground/os/identity.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "ground/vocabulary/digest.h"

namespace cairn::os {
namespace {

TEST(Identity, UuidCarriesTimeVersionAndVariant) {
  const std::string id = NewUuid(0x0123456789AB);
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 14), "01234567-89ab-");
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(Identity, UuidsOfOneMillisecondIncrease) {
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    const std::string next = NewUuid(1'700'000'000'000);
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(Identity, UuidsOfManyThreadsDiffer) {
  std::mutex mutex;
  std::set<std::string> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string id = NewUuid(1'700'000'100'000 + i % 3);
        const std::lock_guard lock(mutex);
        all.insert(id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(all.size(), 2000u);
}

TEST(Identity, HexIdsAre32DigitsAndDiffer) {
  const std::string a = NewHexId(), b = NewHexId();
  EXPECT_TRUE(IsHex(a, 32));
  EXPECT_NE(a, b);
}

TEST(Identity, NeighboursShareTheirFirstThreeDigitsAndNothingElse) {
  std::set<std::string> heads, fourth, all;
  for (int i = 0; i < 1024; ++i) {
    const std::string id = NewNeighbourId();
    ASSERT_TRUE(IsHex(id, 32)) << id;
    heads.insert(id.substr(0, 3));
    fourth.insert(id.substr(3, 1));
    all.insert(id);
  }
  EXPECT_GE(heads.size(), 2u);
  EXPECT_LE(heads.size(), 5u);
  EXPECT_EQ(fourth.size(), 16u);
  EXPECT_EQ(all.size(), 1024u);
}

}  // namespace
}  // namespace cairn::os
