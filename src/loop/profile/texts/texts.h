#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "loop/profile/sketches/frequent.h"
#include "loop/profile/sketches/hll.h"
#include "loop/profile/texts/marks.h"
#include "loop/profile/values/multiset.h"
#include "loop/profile/values/numbers.h"

namespace cairn::profile {

/// How long texts are.
struct Lengths {
  std::int64_t rows = 0, characters = 0, words = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), greatest = 0;
  /// Rows of 0, 1, … 63 characters, then of up to twice as many each.
  std::array<std::int64_t, 64 + 26> of_length{};

  void Add(std::int64_t length, std::int64_t word_count, std::int64_t times);
  void Merge(const Lengths& other);
};

/// All values of a text column: each with its rows while the different ones fit the memory given; then only
/// how many different ones there are, the most frequent of them, and what they look like.
class Texts {
 public:
  explicit Texts(std::size_t bytes);

  /// Of a value that is not missing; gives its hash.
  std::uint64_t Add(std::string_view text);
  /// The same for so many rows at once.
  std::uint64_t AddRows(std::string_view text, std::int64_t rows);
  void Merge(Texts& other);

  /// Every text there was, with its rows, in byte order; none once they did not fit. The texts live as long
  /// as this is not added to.
  std::optional<std::vector<std::pair<std::string_view, std::int64_t>>> Exact() const;
  bool exact() const { return !frequent_; }
  /// The most frequent: all of them, or those the sketch kept.
  std::vector<Frequent::Item> Top(std::size_t most) const;
  /// By how much the rows of Top may be too few; 0 when exact.
  std::int64_t top_error() const { return frequent_ ? frequent_->error() : 0; }
  DistinctCount Distinct();
  /// The hashes of all different texts, as keys, where there is no more than those; else null.
  const Counted* Hashes() { return hashes_ ? &hashes_->Counts() : nullptr; }

  const Lengths& lengths();
  std::int64_t rows() { return lengths().rows; }
  /// Rows that have all of these marks.
  std::int64_t RowsMarked(std::uint32_t bits);
  /// Rows that have one of these marks at least.
  std::int64_t RowsMarkedAny(std::uint32_t bits);
  /// The first and the last moment among texts of a date form; nothing when there is none.
  std::optional<std::pair<TimeMs, TimeMs>> DatesOf(std::size_t form) const;

 private:
  friend class TextsForm;
  struct Entry {
    std::uint64_t hash;
    const char* text;
    std::uint32_t size;
    std::uint32_t marks;
    std::uint32_t characters;
    std::uint32_t words;
    std::int64_t rows;
    std::int64_t told;  ///< Rows that lengths_ and marked_ hold already.

    std::string_view view() const { return {text, size}; }
  };
  Entry& EntryOf(std::string_view text, std::uint64_t hash);
  void Grow();
  const char* Keep(std::string_view text);
  void Note(const Marks& marks, std::int64_t rows);
  /// Notes the rows of entries that came since the last time: once for each different text, not for each row.
  void Tell();
  void NoteDates(const Marks& marks);
  void AddUnkept(std::string_view text, std::uint64_t hash, const Marks& marks, std::int64_t rows);
  void ToSketches();
  void ShrinkHashes();

  std::size_t bytes_;
  std::size_t used_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  ///< Index into entries_ plus one; 0 = free. A power of two of them.
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_bytes_, block_left_ = 0;

  bool told_ = true;  ///< Whether lengths_ and marked_ hold all rows.
  Lengths lengths_;
  std::map<std::uint32_t, std::int64_t> marked_;  ///< Rows by the marks they have.
  std::pair<std::uint32_t, std::int64_t*> last_marked_{0, nullptr};
  std::array<std::pair<TimeMs, TimeMs>, kDateForms.size()> dates_;

  std::optional<Frequent> frequent_;  ///< From here on: once the texts did not fit.
  std::optional<Hll> hll_;
  std::optional<Multiset> hashes_;  ///< Of all values, as long as they fit.
};

}  // namespace cairn::profile
