#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loop/contract/values/cell.h"

namespace cairn::contract {

/// The test of several values of one row, ready to run. Safe from any thread.
class RowPredicate {
 public:
  /// Nothing for a test that is not about one row.
  static std::optional<RowPredicate> Of(const Test& test);

  /// In the order in which Judge takes their values.
  const std::vector<std::string>& columns() const { return columns_; }
  enum class Outcome { NotConsidered, Fits, Breaks };
  /// Not considered when a value is missing or not of its column's type.
  Outcome Judge(std::span<const Cell> cells) const;

 private:
  RowPredicate(Test test, std::vector<std::string> columns)
      : test_(std::move(test)), columns_(std::move(columns)) {}
  Test test_;
  std::vector<std::string> columns_;
};

}  // namespace cairn::contract
