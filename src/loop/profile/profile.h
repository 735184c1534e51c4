#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/contract/contract.h"

namespace cairn::profile {

struct Outline;

/// What a profile is of.
struct Subject {
  std::string dataset;
  std::string target;           ///< The column to be predicted; "" for none.
  contract::Contract contract;  ///< May be empty.
};

struct Options {
  /// For values that are kept to be exact. Columns share three quarters of it evenly, rows get an eighth; a
  /// column that outgrows its part goes on as sketches. The engine's own memory comes on top.
  std::uint64_t memory_bytes = 256ull << 20;
  unsigned threads = 0;  ///< 0: one per processor.
  /// Whole rows that are kept for what columns have to do with each other: all of a smaller table.
  std::size_t sample_rows = 16384;
  TimeMs now = INT64_MAX;  ///< Later times count as future ones.
  std::stop_token stop = {};
};

/// All that one reading of a table told: exact where memory allowed, mergeable sketches with a stated error
/// where not. The profile of two parts, merged, is that of the whole: counts, sums and moments the same (to
/// rounding), sketched figures within their error. A plain value; from one thread at a time.
class TableProfile {
 public:
  /// Reads the rows of all files once, in order. Unprocessable, NotFound or Corrupt for files that cannot be
  /// read; InvalidArgument for a target that is no column; Conflict when stopped.
  static Result<TableProfile> Of(tables::Engine& engine, const std::vector<std::string>& files,
                                 const Subject& subject, const Options& options = {});
  TableProfile(TableProfile&&) noexcept;
  TableProfile& operator=(TableProfile&&) noexcept;
  ~TableProfile();

  /// Adds what `next` knows, whose rows follow these. Unprocessable when their columns, kinds of columns or
  /// targets differ; both are then of no further use.
  Result<> Merge(TableProfile next);
  /// The report (see Profile). Only the names in `subject` and its contract are looked at.
  Json Report(const Subject& subject);
  /// Name of the column to be predicted, or "".
  std::string target() const;
  /// What it takes to draw another table like this one (outline.h). Columns that look personal give no value.
  profile::Outline Outline();

  /// The form of a saved profile (docs/profile-file.md): exact parts that are small stay exact, larger ones
  /// become sketches, and values of columns that look personal are left out. Every later version reads it.
  std::string Bytes();
  /// Corrupt for bytes that are damaged or no profile; Unsupported when only a later version can read them.
  static Result<TableProfile> FromBytes(std::string_view bytes);

 private:
  struct State;
  explicit TableProfile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The first report about a data set's training part, and what later traffic is compared with: one
/// TableProfile and its report. Figures equal pandas, scipy and numpy; rows are those of all files together.
/// Members keep their names; docs/profile-report.md lists every one of them. In short:
///
///   {"format": 2, "dataset", "target" ("" for none),
///    "basis": {"rows", "sample_rows" (what associations and correlations other than Pearson's are of)},
///    "table": {"rows", "columns", "duplicate_rows" (pandas duplicated().sum()), "label_conflicts",
///    "missing_cells",
///              "classes": [{"value", "rows", "share"}…] (of a target with at most 20 values; else [])},
///    "columns": [{"name", "kind": "number"|"time"|"category", "type":
///                 "integer"|"number"|"timestamp"|"boolean"|"string", "rows", "missing", "distinct", "exact",
///                 "meaning", "because", "personal", "tags", "association": null | {…}, "top": [{"value",
///                 "rows"}…], numbers and times: "infinite", "min", "max", "mean", "median", "std" (divisor n
///                 - 1), "skewness", "kurtosis", "quantiles": {"0.01"…"0.99"}, "histogram": {"edges",
///                 "counts"} (Sturges), "outliers"; times: "time"; categories: "entropy_bits", "text"}…],
///    "missing": {"patterns": […], "together": […]}, "correlations": {…},
///    "warnings": [{"kind", "column" ("" for the table), "rows", "sentence"}…], the worst first,
///    "reference": {"<column>":
///        numbers and times: {"kind": "number", "whole": bool, "rows" (finite ones), "missing", "min", "max",
///        "mean", "std" (divisor n), "edges", "counts",
///            "levels": null | {"<value>": rows…} (at most 20 distinct values; keys as ShortestText writes
///            them), "grid": 501 quantiles at levels 0, 0.002 … 1 (method "linear")},
///        categories: {"kind": "category", "rows" (not missing), "missing", "levels": {"<value>": rows…} (the
///        1,000 with most rows), "others": rows of all further levels}}}
///
/// Figures that are not defined are null; times are UTC milliseconds. A column that has no value at all
/// stands under "reference" with "rows" 0 and, for a number, empty edges. A column that looks personal shows
/// no value anywhere: its levels are masked in "top", and under "reference" all its rows stand in "others". A
/// window of traffic: number → comparison::CountOver(edges, values, comparison::Outside::ToEndBins) against
/// "counts"; category → counts per level, with every unseen level beside "others".
///
/// Reasons as of TableProfile::Of; a target that is no column counts as none.
Result<Json> Profile(tables::Engine& engine, const std::vector<std::string>& files, const Subject& subject,
                     const Options& options = {});

}  // namespace cairn::profile
