#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/profile/values/hash.h"

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
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return HashOf(text); }
  };
  void Purge();

  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> counts_;
  std::int64_t rows_ = 0;
  std::int64_t error_ = 0;
};

}  // namespace cairn::profile
