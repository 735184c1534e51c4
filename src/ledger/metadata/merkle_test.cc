#include "ledger/metadata/merkle.h"

#include <gtest/gtest.h>

#include <random>

#include "ground/vocabulary/digest.h"

namespace cairn::metadata {
namespace {

// The eight leaves and the roots that the reference implementations of RFC 6962 test with.
const char* const kLeaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                              "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Digest Leaf(std::size_t index) { return LeafDigest(*BytesOfHex(kLeaves[index])); }

MemoryTree KnownTree() {
  MemoryTree tree;
  for (std::size_t i = 0; i < 8; ++i) tree.Add(Leaf(i));
  return tree;
}

MemoryTree TreeOf(std::uint64_t size) {
  MemoryTree tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.Add(LeafDigest("leaf " + std::to_string(i)));
  return tree;
}

TEST(Merkle, RootsAreThoseOfTheKnownTreeAtEverySize) {
  const MemoryTree tree = KnownTree();
  Frontier frontier;
  std::vector<Node> completed;
  for (std::size_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(TextOf(tree.Root(size)), kRoots[size]) << size;
    EXPECT_EQ(TextOf(frontier.Root()), kRoots[size]) << size;
    if (size < 8) frontier.Add(Leaf(size), completed);
  }
  EXPECT_EQ(completed.size(), 7u);
}

TEST(Merkle, InclusionPathsAreThoseOfTheRfcsExample) {
  // RFC 6962, section 2.1.3: seven leaves a, b, c, d, e, f, j with nodes g = ab, h = cd, i = ef, k = gh, l =
  // ij.
  const MemoryTree tree = TreeOf(7);
  const auto leaf = [&](std::size_t i) { return tree.Level(0)[i]; };
  const Digest g = NodeDigest(leaf(0), leaf(1)), h = NodeDigest(leaf(2), leaf(3)),
               i = NodeDigest(leaf(4), leaf(5));
  const Digest k = NodeDigest(g, h), l = NodeDigest(i, leaf(6));
  EXPECT_EQ(*InclusionProof(0, 7, tree.Reader()), (std::vector{leaf(1), h, l}));
  EXPECT_EQ(*InclusionProof(3, 7, tree.Reader()), (std::vector{leaf(2), g, l}));
  EXPECT_EQ(*InclusionProof(4, 7, tree.Reader()), (std::vector{leaf(5), leaf(6), k}));
  EXPECT_EQ(*InclusionProof(6, 7, tree.Reader()), (std::vector{i, k}));
  EXPECT_EQ(*ConsistencyProof(3, 7, tree.Reader()), (std::vector{leaf(2), leaf(3), g, l}));
  EXPECT_EQ(*ConsistencyProof(4, 7, tree.Reader()), (std::vector{l}));
  EXPECT_EQ(*ConsistencyProof(6, 7, tree.Reader()), (std::vector{i, leaf(6), k}));
}

TEST(Merkle, EveryLeafIsProvenAtEverySizeAndAtNoOtherPlace) {
  const MemoryTree tree = TreeOf(33);
  for (std::uint64_t size = 1; size <= 33; ++size) {
    const Digest root = tree.Root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = *InclusionProof(index, size, tree.Reader());
      const Digest leaf = tree.Level(0)[index];
      ASSERT_TRUE(ProvesInclusion(leaf, index, size, proof, root)) << index << " of " << size;
      for (std::uint64_t other = 0; other <= size; ++other) {
        ASSERT_EQ(ProvesInclusion(leaf, other, size, proof, root), other == index)
            << index << " at " << other << " of " << size;
      }
      auto longer = proof;
      longer.push_back(root);
      ASSERT_FALSE(ProvesInclusion(leaf, index, size, longer, root));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto wrong = proof;
        wrong[i][7] ^= 1;
        ASSERT_FALSE(ProvesInclusion(leaf, index, size, wrong, root));
      }
    }
  }
}

TEST(Merkle, EveryTreeIsProvenToBeginWithEveryEarlierOneAndWithNoOther) {
  const MemoryTree tree = TreeOf(40);
  for (std::uint64_t to = 1; to <= 40; ++to) {
    for (std::uint64_t from = 1; from <= to; ++from) {
      const auto proof = *ConsistencyProof(from, to, tree.Reader());
      const Digest old_root = tree.Root(from), new_root = tree.Root(to);
      ASSERT_TRUE(ProvesConsistency(from, old_root, to, new_root, proof)) << from << " to " << to;
      Digest forged = old_root;
      forged[0] ^= 1;
      ASSERT_FALSE(ProvesConsistency(from, forged, to, new_root, proof));
      ASSERT_FALSE(ProvesConsistency(from, old_root, to, forged, proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto wrong = proof;
        wrong[i][31] ^= 128;
        ASSERT_FALSE(ProvesConsistency(from, old_root, to, new_root, wrong)) << from << " to " << to;
      }
    }
  }
}

TEST(Merkle, AChangedLeafBreaksConsistencyWithTheTreeBefore) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t to = 2 + random() % 100, from = 1 + random() % (to - 1), changed = random() % from;
    MemoryTree before = TreeOf(from), after;
    for (std::uint64_t i = 0; i < to; ++i)
      after.Add(LeafDigest((i == changed ? "other " : "leaf ") + std::to_string(i)));
    const auto proof = *ConsistencyProof(from, to, after.Reader());
    EXPECT_FALSE(ProvesConsistency(from, before.Root(from), to, after.Root(to), proof))
        << from << " to " << to;
  }
}

TEST(Merkle, AFrontierTakenUpFromItsPeaksGoesOnAsTheWholeTree) {
  const MemoryTree tree = TreeOf(70);
  for (std::uint64_t size = 0; size < 70; ++size) {
    std::vector<Digest> peaks;
    for (const auto& peak : Frontier::PeaksOf(size)) peaks.push_back(tree.Level(peak.level)[peak.index]);
    Frontier frontier(size, std::move(peaks));
    EXPECT_EQ(frontier.Root(), tree.Root(size));
    std::vector<Node> completed;
    frontier.Add(tree.Level(0)[size], completed);
    EXPECT_EQ(frontier.Root(), tree.Root(size + 1));
    for (const auto& node : completed) EXPECT_EQ(node.digest, tree.Level(node.level)[node.index]);
  }
}

TEST(Merkle, ProofsOutsideTheTreeAreRefused) {
  const MemoryTree tree = TreeOf(5);
  EXPECT_EQ(InclusionProof(5, 5, tree.Reader()).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(ConsistencyProof(0, 5, tree.Reader()).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(ConsistencyProof(6, 5, tree.Reader()).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(InclusionProof(5, 9, tree.Reader()).error().reason, Reason::NotFound);
}

}  // namespace
}  // namespace cairn::metadata
