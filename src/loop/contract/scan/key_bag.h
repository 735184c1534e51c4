#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace cairn::contract {

/// The keys of many values (KeyOf), to find which stand more than once. Takes 8 bytes a key; a share of the
/// keys can be looked at at a time, where all are too many.
class KeyBag {
 public:
  /// Which keys: every one whose first byte lies in [from, to).
  struct Share {
    std::uint64_t from = 0, to = 256;
  };
  KeyBag() = default;
  explicit KeyBag(Share share) : share_(share) {}

  void Add(std::uint64_t key) {
    const std::uint64_t part = key >> 56;
    if (part >= share_.from && part < share_.to) parts_[part].push_back(key);
  }
  void Take(KeyBag& other);
  void Clear();
  /// Keeps one of each: afterwards it answers only how many different keys there are.
  void Compact();
  std::int64_t size() const;

  struct Repeats {
    std::unordered_set<std::uint64_t> keys;  ///< Those that stand more than once.
    std::int64_t count = 0;                  ///< How often they stand, in all.
    std::int64_t distinct = 0;               ///< Different keys.
  };
  /// Empties the bag.
  Repeats Find();

 private:
  static constexpr std::size_t kParts = 256;
  static void FindIn(const std::vector<std::uint64_t>& part, Repeats& repeats);
  Share share_;
  std::array<std::vector<std::uint64_t>, kParts> parts_;
};

}  // namespace cairn::contract
