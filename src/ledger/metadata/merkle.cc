#include "ledger/metadata/merkle.h"

#include <algorithm>
#include <bit>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/digest.h"

namespace cairn::metadata {
namespace {

Error OutOfRange(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

/// The largest power of two below `size` (size >= 2): where RFC 6962 splits a tree.
std::uint64_t SplitOf(std::uint64_t size) { return std::bit_floor(size - 1); }

/// MTH over the leaves [begin, end); `begin` is a multiple of the power of two that holds the range, as all
/// ranges of the RFC's recursion are.
Result<Digest> RangeRoot(std::uint64_t begin, std::uint64_t end, const NodeReader& read) {
  const std::uint64_t size = end - begin;
  if (std::has_single_bit(size)) return read(std::countr_zero(size), begin / size);
  const std::uint64_t middle = begin + SplitOf(size);
  const Digest left = CAIRN_TRY(RangeRoot(begin, middle, read));
  const Digest right = CAIRN_TRY(RangeRoot(middle, end, read));
  return NodeDigest(left, right);
}

/// SUBPROOF of RFC 6962, section 2.1.2, for the leaves [begin, end) of which the first `from` are the old
/// tree's. `whole` is the RFC's flag: the old tree's root over this range is known to the verifier.
Result<> AddSubproof(std::uint64_t begin, std::uint64_t end, std::uint64_t from, bool whole,
                     const NodeReader& read, std::vector<Digest>& proof) {
  const std::uint64_t size = end - begin;
  if (from == size) {
    if (!whole) proof.push_back(CAIRN_TRY(RangeRoot(begin, end, read)));
    return Done{};
  }
  const std::uint64_t split = SplitOf(size);
  if (from <= split) {
    CAIRN_TRY(AddSubproof(begin, begin + split, from, whole, read, proof));
    proof.push_back(CAIRN_TRY(RangeRoot(begin + split, end, read)));
  } else {
    CAIRN_TRY(AddSubproof(begin + split, end, from - split, false, read, proof));
    proof.push_back(CAIRN_TRY(RangeRoot(begin, begin + split, read)));
  }
  return Done{};
}

}  // namespace

Digest LeafDigest(std::string_view bytes) {
  std::string input;
  input.reserve(bytes.size() + 1);
  input += '\0';
  input += bytes;
  return crypto::Sha256(input);
}

Digest NodeDigest(const Digest& left, const Digest& right) {
  std::array<char, 1 + 2 * sizeof(Digest)> input;
  input[0] = '\1';
  std::copy(left.begin(), left.end(), input.begin() + 1);
  std::copy(right.begin(), right.end(), input.begin() + 1 + sizeof(Digest));
  return crypto::Sha256({input.data(), input.size()});
}

Digest EmptyRoot() { return crypto::Sha256(""); }

std::string TextOf(const Digest& digest) { return HexOf(digest); }

Result<Digest> DigestOf(std::string_view hex) {
  if (!IsHex(hex, 64))
    return OutOfRange("'" + std::string(hex) + "' is not a digest of 64 hexadecimal digits");
  const std::string bytes = CAIRN_TRY(BytesOfHex(hex));
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

void Frontier::Add(const Digest& leaf, std::vector<Node>& completed) {
  Digest digest = leaf;
  const int merges = std::countr_one(size_);
  for (int level = 1; level <= merges; ++level) {
    digest = NodeDigest(peaks_.back(), digest);
    peaks_.pop_back();
    completed.push_back({level, size_ >> level, digest});
  }
  peaks_.push_back(digest);
  ++size_;
}

Digest Frontier::Root() const {
  if (peaks_.empty()) return EmptyRoot();
  Digest root = peaks_.back();
  for (auto peak = std::next(peaks_.rbegin()); peak != peaks_.rend(); ++peak) root = NodeDigest(*peak, root);
  return root;
}

std::vector<Node> Frontier::PeaksOf(std::uint64_t size) {
  std::vector<Node> peaks;
  for (int level = 63; level >= 0; --level) {
    if ((size >> level & 1) != 0) peaks.push_back({level, (size >> level) - 1, {}});
  }
  return peaks;
}

Result<Digest> RootAt(std::uint64_t size, const NodeReader& read) {
  if (size == 0) return EmptyRoot();
  return RangeRoot(0, size, read);
}

Result<std::vector<Digest>> InclusionProof(std::uint64_t index, std::uint64_t size, const NodeReader& read) {
  if (index >= size) {
    return OutOfRange("a tree of " + std::to_string(size) + " leaves has no leaf " + std::to_string(index));
  }
  std::vector<Digest> proof;
  std::uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + SplitOf(end - begin);
    const bool left = index < middle;
    proof.push_back(CAIRN_TRY(left ? RangeRoot(middle, end, read) : RangeRoot(begin, middle, read)));
    (left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Digest>> ConsistencyProof(std::uint64_t from, std::uint64_t to, const NodeReader& read) {
  if (from == 0 || from > to) {
    return OutOfRange("there is no consistency proof from " + std::to_string(from) + " to " +
                      std::to_string(to) + " leaves: it needs 0 < from <= to");
  }
  std::vector<Digest> proof;
  CAIRN_TRY(AddSubproof(0, to, from, true, read, proof));
  return proof;
}

bool ProvesInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                     std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  std::uint64_t place = index, last = size - 1;
  Digest digest = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;
    if ((place & 1) != 0 || place == last) {
      digest = NodeDigest(sibling, digest);
      while ((place & 1) == 0 && place != 0) place >>= 1, last >>= 1;
    } else {
      digest = NodeDigest(digest, sibling);
    }
    place >>= 1;
    last >>= 1;
  }
  return last == 0 && digest == root;
}

bool ProvesConsistency(std::uint64_t from, const Digest& from_root, std::uint64_t to, const Digest& to_root,
                       std::span<const Digest> proof) {
  if (from == 0 || from > to) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  // An old tree that is one complete subtree is itself the first node of the path; the proof leaves it out.
  std::vector<Digest> path;
  if (std::has_single_bit(from)) path.push_back(from_root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;
  std::uint64_t place = from - 1, last = to - 1;
  while ((place & 1) != 0) place >>= 1, last >>= 1;
  Digest old_root = path[0], new_root = path[0];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((place & 1) != 0 || place == last) {
      old_root = NodeDigest(path[i], old_root);
      new_root = NodeDigest(path[i], new_root);
      while ((place & 1) == 0 && place != 0) place >>= 1, last >>= 1;
    } else {
      new_root = NodeDigest(new_root, path[i]);
    }
    place >>= 1;
    last >>= 1;
  }
  return last == 0 && old_root == from_root && new_root == to_root;
}

void MemoryTree::Add(const Digest& leaf) {
  Digest digest = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& nodes = levels_[level];
    nodes.push_back(digest);
    if (nodes.size() % 2 != 0) return;
    digest = NodeDigest(nodes[nodes.size() - 2], digest);
  }
}

Digest MemoryTree::Root(std::uint64_t size) const { return *RootAt(size, Reader()); }

NodeReader MemoryTree::Reader() const {
  return [this](int level, std::uint64_t index) -> Result<Digest> {
    if (level >= height() || index >= Level(level).size()) {
      return Error{Reason::NotFound,
                   "the tree has no complete node " + std::to_string(level) + ":" + std::to_string(index)};
    }
    return Level(level)[index];
  };
}

}  // namespace cairn::metadata
