#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/tables/chunk.h"
#include "ground/vocabulary/json.h"
#include "loop/comparison/comparison.h"

namespace cairn::profile {

enum class ColumnKind { Number, Time, Category };

/// One column of the profile in memory: numbers and times as doubles (NaN where missing), categories as codes
/// (-1 where missing) into `levels`.
struct ProfiledColumn {
  explicit ProfiledColumn(const tables::Field& field);
  /// Appends the chunk's values.
  void Take(const tables::Chunk& chunk, std::size_t column);

  std::string name;
  ColumnKind kind;
  bool whole;             ///< Integers and times.
  std::string_view type;  ///< As the contract names types.
  std::vector<double> numbers;
  std::vector<std::int32_t> codes;
  std::vector<std::string> levels;
  std::int64_t missing = 0;

  std::size_t rows() const { return kind == ColumnKind::Category ? codes.size() : numbers.size(); }
  /// Distinct values that are not missing.
  std::int64_t Distinct() const;
  /// Each value as a code, in the order of first appearance, -1 for missing; empty when there are more than
  /// `most`.
  std::vector<std::int32_t> Codes(std::size_t most) const;
  /// Rows of each level of a category, or of each value of a number with at most `most` of them (else empty).
  comparison::CategoryCounts Counts(std::size_t most) const;

 private:
  std::int32_t CodeOf(std::string_view level);
  std::unordered_map<std::string, std::int32_t> known_;
};

/// A number with at most this many distinct values is also told value by value.
inline constexpr std::size_t kFewValues = 20;
/// Levels of a category that are kept for later comparison.
inline constexpr std::size_t kKeptLevels = 1000;

/// The figures of one column: what stands in the report under "columns", without its association.
Json FiguresOf(const ProfiledColumn& column);
/// What stands under "reference".
Json ReferenceOf(const ProfiledColumn& column);
/// A number, or null when it is none.
Json Defined(double value);

}  // namespace cairn::profile
