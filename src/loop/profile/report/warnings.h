#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/contract/contract.h"
#include "loop/profile/report/missing.h"
#include "loop/profile/report/view.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

/// Something about the data that deserves a look before a model is trained on it.
struct Warning {
  std::string kind;  ///< docs/profile-report.md lists them.
  std::string column;
  std::int64_t rows = 0;
  std::string sentence;

  Json ToJson() const;
};

/// What one column gives reason to say. `shifts` is null without a target.
std::vector<Warning> WarningsOf(const ColumnView& view, const contract::ColumnRule* rule,
                                const Shifts* shifts);

/// What the whole table does. `classes` are the target's values with their rows, if they are few.
struct TableFacts {
  std::int64_t rows = 0;
  std::string target;
  RowTally::Findings repeated;
  std::vector<std::pair<std::string, std::int64_t>> classes;
  std::vector<std::vector<std::string>> together;  ///< Names of columns that lack values together…
  std::vector<std::int64_t> together_rows;         ///< …and in how many rows.
  const Json* correlations = nullptr;
};
std::vector<Warning> WarningsOf(const TableFacts& facts);

/// The worst kinds first, otherwise as they came.
void SortByWeight(std::vector<Warning>& warnings);

}  // namespace cairn::profile
