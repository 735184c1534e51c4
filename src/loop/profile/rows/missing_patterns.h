#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace cairn::profile {

/// Which columns lack a value together: the rows of each set of columns. Sets beyond the first 4,096
/// different ones are counted together.
class MissingPatterns {
 public:
  struct Pattern {
    std::vector<std::uint32_t> columns;  ///< Ascending; empty for rows that lack nothing.
    std::int64_t rows = 0;
  };

  /// What stands for "column i is missing" in the hash of a row's pattern: the exclusive or of all of them.
  static std::uint64_t Sign(std::size_t column);
  /// Adds `rows` rows of the pattern with that hash; `columns()` is asked only when it is new.
  template <class Columns>
  void Add(std::uint64_t hash, std::int64_t rows, const Columns& columns) {
    if (const auto found = patterns_.find(hash); found != patterns_.end()) {
      found->second.rows += rows;
    } else if (patterns_.size() < kMost) {
      patterns_.emplace(hash, Pattern{columns(), rows});
    } else {
      others_ += rows;
    }
  }
  void Merge(const MissingPatterns& other);

  /// Most rows first.
  std::vector<Pattern> Patterns() const;
  /// Rows of patterns that are not listed.
  std::int64_t others() const { return others_; }

 private:
  friend class MissingPatternsForm;
  static constexpr std::size_t kMost = 4096;

  std::unordered_map<std::uint64_t, Pattern> patterns_;
  std::int64_t others_ = 0;
};

}  // namespace cairn::profile
