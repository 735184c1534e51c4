#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/tables/table.h"
#include "ground/vocabulary/result.h"
#include "loop/charter/heuristic.h"
#include "loop/data/specification.h"

namespace cairn::evaluation {

/// Rows with their truth.
struct TestRows {
  tables::Table table;
  std::vector<double>
      labels;  ///< 1 where the target is the positive value, else 0; for regression the target itself.
  std::int64_t available =
      0;  ///< Labelled rows in the files; more than `labels` where only a sample was taken.
};

enum class Task { Binary, Regression };

/// Beyond this many rows a sample is examined, always the same one for the same files.
inline constexpr std::size_t kMostRows = 40'000;

/// Reads CSV, Parquet or JSON lines files with the types of the contract. Rows without a target value are
/// left out. Unprocessable when the target column is missing, no row has a label, or a value does not
/// convert.
Result<TestRows> ReadRows(tables::Engine& engine, const std::vector<std::string>& files,
                          const data::Specification& specification, Task task,
                          std::size_t most_rows = kMostRows);

/// What the rule says about each row. Unprocessable when a column that it reads is missing.
Result<std::vector<double>> ScoreByRule(const charter::Heuristic& heuristic, const tables::Table& table);

}  // namespace cairn::evaluation
