#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/tables/source.h"
#include "ground/tables/table.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/features.h"
#include "loop/runtime/format.h"

namespace cairn::serving {

inline constexpr std::int64_t kRowsOfBlock = 8192;              ///< That the model is given at a time.
inline constexpr std::int64_t kRowsOfPart = 15 * kRowsOfBlock;  ///< 122,880, a row group of Parquet.

/// Rows that go through a model.
struct RowScoring {
  const tables::Source& source;
  std::string named;              ///< What errors call the source.
  std::vector<std::string> keep;  ///< Columns of the source that go along.
  std::int64_t first_row = 0;     ///< Rows before this one are passed over; a multiple of kRowsOfPart.
  /// Called for each block, by several threads at once: its first row, what the model read, and the columns
  /// kept and answered, to which it may add. May be empty.
  std::function<Result<>(std::int64_t first_row, const runtime::Features&, std::vector<tables::Column>&)>
      also = {};
};

/// Puts the rows to the model on every core (or by all its workers), and hands over what comes of them, row
/// for row in order: the columns kept, one for each output (NAME_0, NAME_1 … for one of several columns), and
/// what `also` added, in parts of kRowsOfPart rows, the last one shorter. Blocks and parts begin at the same
/// rows in every call, so that a model answers the same to the last bit wherever a call begins. Holds a part
/// and some blocks at a time, whatever the size of the source.
///
/// Unprocessable naming the column that is missing, or row and column where a value is of the wrong kind;
/// InvalidArgument when an output's column has the name of one kept; Conflict when it was stopped; the errors
/// of tables::Engine, runtime::Model::Run, `also` and `take`.
Result<> ScoreRows(const runtime::LoadedFolder& model, tables::Engine& engine, const RowScoring& wanted,
                   const std::function<Result<>(tables::Table part)>& take, std::stop_token stop = {});

/// A file of Parquet with these rows, for a while: half written when it fails. One thread at a time.
Result<> WritePart(tables::Engine& engine, const tables::Table& part, const std::string& path);

}  // namespace cairn::serving
