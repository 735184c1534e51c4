#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

/// The Merkle tree of RFC 6962, section 2.1, over SHA-256. Pure: nodes come from a reader. Level 0 are the
/// leaves; the node (level, index) covers the 2^level leaves from index * 2^level on, and exists once all of
/// them do.
namespace cairn::metadata {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256(0x00 || bytes).
Digest LeafDigest(std::string_view bytes);
/// SHA-256(0x01 || left || right).
Digest NodeDigest(const Digest& left, const Digest& right);
/// The root of a tree without leaves: SHA-256 of nothing.
Digest EmptyRoot();

/// 64 lower-case hexadecimal digits and back; InvalidArgument for anything else.
std::string TextOf(const Digest& digest);
Result<Digest> DigestOf(std::string_view hex);

struct Node {
  int level = 0;
  std::uint64_t index = 0;
  Digest digest{};
};

/// The right edge of a growing tree: the digests of its complete subtrees, widest first. Enough to add leaves
/// and to tell the root.
class Frontier {
 public:
  Frontier() = default;
  /// `peaks` belong to the places that PeaksOf(size) gives, in that order.
  Frontier(std::uint64_t size, std::vector<Digest> peaks) : size_(size), peaks_(std::move(peaks)) {}

  /// Adds a leaf, and to `completed` every node above it that it completes (levels 1 and up, lowest first).
  void Add(const Digest& leaf, std::vector<Node>& completed);
  std::uint64_t size() const { return size_; }
  Digest Root() const;

  /// The places of the complete subtrees of a tree of `size` leaves, widest first; digests are left empty.
  static std::vector<Node> PeaksOf(std::uint64_t size);

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

/// Gives the digest of a complete node; its errors are passed on.
using NodeReader = std::function<Result<Digest>(int level, std::uint64_t index)>;

/// The root over the first `size` leaves.
Result<Digest> RootAt(std::uint64_t size, const NodeReader& read);
/// PATH(index, size): the siblings from the leaf up. InvalidArgument unless index < size.
Result<std::vector<Digest>> InclusionProof(std::uint64_t index, std::uint64_t size, const NodeReader& read);
/// PROOF(from, to): that the first `from` leaves of the tree of `to` leaves are the tree of size `from`.
/// Empty for from = to. InvalidArgument unless 0 < from <= to.
Result<std::vector<Digest>> ConsistencyProof(std::uint64_t from, std::uint64_t to, const NodeReader& read);

/// Whether `proof` shows that `leaf` stands at `index` in the tree with this size and root (RFC 9162,
/// section 2.1.3.2).
bool ProvesInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                     std::span<const Digest> proof, const Digest& root);
/// Whether `proof` shows that the tree (to, to_root) begins with the tree (from, from_root) (RFC 9162,
/// section 2.1.4.2).
bool ProvesConsistency(std::uint64_t from, const Digest& from_root, std::uint64_t to, const Digest& to_root,
                       std::span<const Digest> proof);

/// A whole tree in memory: 64 bytes a leaf.
class MemoryTree {
 public:
  void Add(const Digest& leaf);
  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  int height() const { return static_cast<int>(levels_.size()); }
  /// The complete nodes of one level.
  std::span<const Digest> Level(int level) const { return levels_[static_cast<std::size_t>(level)]; }
  Digest Root(std::uint64_t size) const;
  /// Reads this tree, which must outlive it; NotFound for a node that is not complete.
  NodeReader Reader() const;

 private:
  std::vector<std::vector<Digest>> levels_;
};

}  // namespace cairn::metadata
