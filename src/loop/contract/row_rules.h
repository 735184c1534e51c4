#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/contract/contract.h"

namespace cairn::contract {

/// What of a contract a request's row can be held to by itself, compiled: tests of one value and of several
/// values of one row, of the environment `serving`, that stop and let nothing pass. For each value the
/// verdict is that of Check over a file in which it stands. Cheap to copy; safe from any thread.
class RowRules {
 public:
  /// InvalidArgument, naming the rule, for one that cannot be evaluated.
  static Result<RowRules> Of(const Contract& contract);

  /// The contract's columns, by the numbers that they have here.
  const std::vector<std::string>& columns() const;
  /// The number of a column; none when the contract does not list it.
  std::optional<std::size_t> Find(std::string_view column) const;

  /// "" for a value that fits, else why it does not ("is 7000, above the maximum 6000").
  std::string Violation(std::size_t column, const Json& value) const;
  /// True when a look at the numbers alone shows that each of them fits (NaN, no value, does not). False says
  /// nothing: ask of each.
  bool FitAll(std::size_t column, std::span<const double> numbers) const;
  /// The same as Violation for what columns must be to each other: "arrival: must be >= departure". `row` has
  /// a value for each column, in the order of columns(); null where it was not given.
  std::string RowViolation(std::span<const Json* const> row) const;
  bool HasRowTests() const;

  /// The names of all rules that the row breaks.
  std::vector<std::string> Broken(std::span<const Json* const> row) const;

 private:
  struct Compiled;
  explicit RowRules(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace cairn::contract
