#pragma once

#include <array>
#include <cstdint>
#include <memory>
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
    if (part >= share_.from && part < share_.to) parts_[part].Add(key);
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
  /// Keys in blocks of a page, which are never moved while more come, and change hands whole.
  class Part {
   public:
    void Add(std::uint64_t key) {
      if (blocks_.empty() || blocks_.back()->count == Block::kKeys)
        blocks_.push_back(std::make_unique<Block>());
      Block& block = *blocks_.back();
      block.keys[block.count++] = key;
    }
    void Take(Part& other);
    std::size_t size() const;
    template <class See>
    void ForEach(const See& see) const {
      for (const auto& block : blocks_) {
        for (std::size_t i = 0; i < block->count; ++i) see(block->keys[i]);
      }
    }

   private:
    struct Block {
      static constexpr std::size_t kKeys = 511;
      Block() {}  // The keys stay as the memory was.
      std::size_t count = 0;
      std::array<std::uint64_t, kKeys> keys;
    };
    std::vector<std::unique_ptr<Block>> blocks_;
  };
  struct Place {
    std::uint64_t key = 0;
    std::uint32_t count = 0;
  };
  static void FindIn(const Part& part, std::vector<Place>& table, Repeats& repeats);

  Share share_;
  std::array<Part, kParts> parts_;
};

}  // namespace cairn::contract
