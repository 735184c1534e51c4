#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cairn::profile {

/// Keys in ascending order, each with its rows.
struct Counted {
  std::vector<std::int64_t> keys;
  std::vector<std::int64_t> rows;  ///< Empty when every key has one.

  std::int64_t RowsOf(std::size_t at) const { return rows.empty() ? 1 : rows[at]; }
};

/// Counts how often each of many keys came, exactly, as long as they fit the memory given.
class Multiset {
 public:
  explicit Multiset(std::size_t bytes);

  void Add(std::span<const std::int64_t> keys);
  void Add(const Counted& counted);
  /// Whether there are more different keys than fit: then take what is there with Take, and add no more.
  bool outgrown() const { return outgrown_; }
  /// All of it. (Sorts what is new.)
  const Counted& Counts();
  Counted Take();

 private:
  void Settle();
  void Judge();

  std::size_t bytes_, block_keys_;
  bool outgrown_ = false;
  Counted table_;
  std::vector<std::vector<std::int64_t>> fresh_;  ///< Blocks of keys not yet in the table.
  std::size_t fresh_keys_ = 0;
  std::size_t settle_at_;  ///< New keys that are worth ordering: few values of many rows then take little.
};

}  // namespace cairn::profile
