#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::profile {

/// The texts that occur most, among more different ones than can be kept: Misra and Gries' counters as Apache
/// DataSketches' frequent-items sketch of strings keeps them, 768 at most. The same texts in the same order
/// give the same bytes.
class Frequent {
 public:
  struct Item {
    std::string text;
    std::int64_t at_least = 0;  ///< Rows; at most this plus error().
  };

  /// Of so many rows of which nothing is known.
  static Frequent OfUnknown(std::int64_t rows);

  void Add(std::string_view text, std::int64_t rows = 1);
  void Merge(const Frequent& other);
  std::int64_t rows() const { return rows_; }
  /// A text that is not listed has at most this many rows. Never above 3.5 / 1024 of all rows.
  std::int64_t error() const { return error_; }
  /// Most rows first, equal ones by text.
  std::vector<Item> Items() const;

  /// The sketch in DataSketches' own form (family 10, strings, lg_max_map_size 10).
  std::string Bytes() const;
  /// Corrupt for bytes that are no such sketch.
  static Result<Frequent> FromBytes(std::string_view bytes);

 private:
  struct Counter {
    std::uint64_t hash;
    std::int64_t rows;
    std::string text;
  };
  /// The slot of a text: free when it has no counter.
  std::uint16_t& SlotOf(std::string_view text, std::uint64_t hash);
  void Rebuild();
  void Purge();

  // Texts that hardly repeat come and go here by the million: a table of its own spares them two allocations
  // each.
  std::vector<Counter> counters_;
  std::vector<std::uint16_t> slots_ =
      std::vector<std::uint16_t>(2048);  ///< Place in counters_ plus one; 0 = free.
  std::int64_t rows_ = 0;
  std::int64_t error_ = 0;
};

}  // namespace cairn::profile
