#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::contract {

enum class ColumnType { String, Integer, Number, Boolean, Timestamp };
std::string_view NameOf(ColumnType type);

/// What one column must look like.
struct ColumnRule {
  std::string name;
  ColumnType type = ColumnType::String;
  bool nullable = true;
  bool unique = false;
  std::vector<Json> allowed;  ///< Empty: anything.
  std::optional<double> min, max;
  std::string pattern;  ///< Regular expression (RE2) that a text must match somewhere; "" for none.
  bool serving = true;  ///< Whether requests carry it; labels do not.
};

/// The agreement about a data set's content.
struct Contract {
  std::vector<ColumnRule> columns;
  std::vector<std::string> unique;  ///< Columns that together name a row; empty for none.
  std::int64_t min_rows = 0;
  std::string freshness_column;   ///< "" for none.
  std::int64_t freshness_ms = 0;  ///< The newest value may be this old.

  const ColumnRule* Find(std::string_view column) const;
  /// "" for a value that fits, else why it does not ("is 7000, above the maximum 6000"). What a row can show
  /// by itself: type, null, allowed, range, pattern. A whole number is a number, NaN counts as missing, texts
  /// are not read as numbers.
  static std::string Violation(const ColumnRule& rule, const Json& value);
};

/// Reads a data set's `contract` block. InvalidArgument with the place for an unknown key, a wrong kind, a
/// rule that could never hold.
Result<Contract> ParseContract(const Node& node);

}  // namespace cairn::contract
