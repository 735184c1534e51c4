#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/sweep/space.h"

/// Part of the rows of a file that stages read, as what a trial sets: `FILE:@share=0.25/3` is a quarter of
/// them in the third draw.
namespace cairn::sweep {

inline constexpr std::string_view kShareKey = "@share";

struct Share {
  double of_rows = 1;     ///< In (0, 1].
  std::int64_t draw = 1;  ///< Which rows those are.
};
/// "0.25/3", or "0.25" for the first draw. InvalidArgument.
Result<Share> ParseShare(std::string_view text);

/// What the number of rows that a share came to stands under, among a trial's parameters.
inline std::string RowsName(const std::string& file) { return file + ":rows"; }

/// The setting among these that takes a share of a file's rows, or null.
const Setting* FindShare(const std::vector<Setting>& settings);

struct Rows {
  std::string text;
  std::int64_t count = 0;
};
/// The rows of a table that a share takes, in their order: so many, rounded, and at least one, of those whose
/// SHA-256 of "DRAW\nROW" (without the end of its line), read as a number, is the smallest; of equal rows the
/// first. So a larger share of the same draw contains a smaller one, every draw of a share has as many rows,
/// and every machine takes the same. CSV keeps its first line; JSON lines by their ending. Unsupported for
/// another format, Unprocessable when there is no row or a quote stays open.
Result<Rows> SampleRows(std::string_view text, const std::string& file, const Share& share);

/// The stages that read the file, and those that read what these make: what a share of it concerns. NotFound
/// when no stage reads it.
Result<std::vector<std::string>> StagesBehind(const pipeline::Definition& definition,
                                              const std::string& file);

}  // namespace cairn::sweep
