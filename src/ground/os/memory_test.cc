#include "ground/os/memory.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace cairn::os {
namespace {

TEST(Memory, WhatIsAllocatedCountsUntilItIsGivenBack) {
  constexpr std::size_t kPieces = 2000, kSize = 10'000;
  const std::uint64_t before = HeapInUse();
  {
    std::vector<std::unique_ptr<char[]>> pieces;
    for (std::size_t i = 0; i < kPieces; ++i) pieces.push_back(std::make_unique<char[]>(kSize));
    const auto grown = static_cast<double>(HeapInUse() - before);
    EXPECT_NEAR(grown, kPieces * kSize, 0.05 * kPieces * kSize);
  }
  GiveBackHeap();
  EXPECT_LT(HeapInUse(), before + kSize);
}

}  // namespace
}  // namespace cairn::os
