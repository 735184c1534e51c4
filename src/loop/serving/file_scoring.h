#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/tables/source.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/format.h"

namespace cairn::serving {

struct FileScoring {
  std::string input;                                ///< A file, or a pattern as tables::Source takes it.
  std::string output;                               ///< Replaced when it is there, once the new one is whole.
  tables::Format format = tables::Format::Parquet;  ///< Of the output.
  std::vector<std::string> keep = {};               ///< Columns of the input that go along.
  std::string scratch = {};                         ///< Folder for what is written meanwhile; "" for $TMPDIR.
};

/// Puts every row of the input to the model, and writes what it gives: the columns kept, and one column for
/// each output (NAME_0, NAME_1 … for one of several columns), row for row in the order of the input. Reads
/// the columns that the model takes and those kept, and no others; holds some 100,000 rows at a time,
/// whatever the size of the input. The model runs on every core (or by all its workers). Gives the number of
/// rows.
///
/// Unprocessable naming the column that is missing or of the wrong kind, and InvalidArgument when an output's
/// column has the name of one kept; the errors of tables::Engine and runtime::Model::Run. Nothing is left at
/// `output` then but what was there before.
Result<std::int64_t> ScoreFile(const runtime::LoadedFolder& model, const FileScoring& wanted,
                               std::stop_token stop = {});

}  // namespace cairn::serving
