#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/monitoring/reference.h"
#include "loop/runtime/features.h"

namespace cairn::batch {

/// How far the inputs of a batch lie from the data that the version was trained on, counted as they pass.
/// Plain data, made once; safe from any thread.
class InputDrift {
 public:
  /// `columns` is the member "reference" of a profile (loop/profile/profile.h); null or empty compares
  /// nothing. Corrupt when it is not of that shape.
  static Result<InputDrift> Against(const Json& columns);

  /// By column: rows per bin as monitoring::Reference::CompareCounted takes them, and rows without a value.
  struct Counted {
    std::vector<std::int64_t> bins;
    std::int64_t missing = 0;
  };
  using Counts = std::map<std::string, Counted, std::less<>>;

  /// Of the columns that the reference has.
  Counts Count(const runtime::Features& rows) const;
  static void Add(Counts& sum, const Counts& more);
  static Json ToJson(const Counts& counts);
  static Counts FromJson(const Json& counts);

  /// {"statistic": "psi", "columns": [{"column", "psi", "missing": share of the rows}…] the farthest first,
  /// "largest", "column": its name}. "psi" is null of a column without any value, and then first. "largest"
  /// is null where nothing could be compared.
  Json Report(const Counts& counts) const;

 private:
  struct Column {
    monitoring::Reference reference;
    std::unordered_map<std::string, std::size_t> levels;  ///< Their places among the counts.
  };
  std::map<std::string, Column, std::less<>> columns_;
};

/// Why a report is beyond the limit, as a sentence; nothing where it is not. A column that has no value at
/// all is beyond any limit.
std::optional<std::string> BeyondLimit(const Json& report, double limit);

}  // namespace cairn::batch
