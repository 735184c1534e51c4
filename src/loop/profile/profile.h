#pragma once

#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "loop/contract/contract.h"

namespace cairn::profile {

/// What a profile is of.
struct Subject {
  std::string dataset;
  std::string target;           ///< "" for none.
  contract::Contract contract;  ///< May be empty.
};

/// The first report about a data set's training part, and what later traffic is compared with. Figures equal
/// pandas, scipy and numpy; rows are those of all files together. Names are stable:
///
///   {"format": 1, "dataset", "target" ("" for none),
///    "table": {"rows", "columns", "duplicate_rows" (pandas duplicated().sum()), "missing_cells", "classes":
///    [{"value", "rows", "share"}…] (of a target
///              with at most 20 values; else [])},
///    "columns": [{"name", "kind": "number"|"time"|"category", "type":
///    "integer"|"number"|"timestamp"|"boolean"|"string", "rows", "missing", "distinct",
///                 numbers and times: "infinite", "min", "max", "mean", "median", "std" (divisor n - 1),
///                 "skewness", "quantiles": {"0.01"…"0.99"}, "histogram": {"edges", "counts"} (Sturges; null
///                 when no value is finite), categories: "entropy_bits"; all: "top": [{"value", "rows"}…]
///                 (categories, and numbers of at most 20 values), "association": null | {"measure":
///                 "pearson"|"correlation_ratio"|"cramers_v", "value" (null: not defined), "auc" (numbers,
///                 two classes), "missing" (Cramér's V of being missing with the target)}}…],
///    "warnings": [{"kind":
///    "constant"|"mostly_missing"|"duplicates"|"leak"|"mixed_types"|"identifier"|"imbalance", "column" (""
///    for the table), "rows",
///                  "sentence"}…],
///    "reference": {"<column>":
///        numbers and times: {"kind": "number", "whole": bool, "rows" (finite ones), "missing", "min", "max",
///        "mean", "std" (divisor n), "edges", "counts",
///            "levels": null | {"<value>": rows…} (at most 20 distinct values; keys as ShortestText writes
///            them), "grid": 501 quantiles at levels 0, 0.002 … 1 (method "linear")},
///        categories: {"kind": "category", "rows" (not missing), "missing", "levels": {"<value>": rows…} (the
///        1,000 with most rows), "others": rows of all
///            further levels}}}
///
/// Figures that are not defined are null; times are UTC milliseconds. A column that has no value at all
/// stands under "reference" with "rows" 0 and, for a number, empty edges. A window of traffic: number →
/// comparison::CountOver(edges, values, comparison::Outside::ToEndBins) against "counts"; category → counts
/// per level, with every unseen level beside "others".
///
/// Unprocessable or NotFound for files that cannot be read. Reads in column groups that fit 512 MiB, one scan
/// each.
Result<Json> Profile(tables::Engine& engine, const std::vector<std::string>& files, const Subject& subject);

}  // namespace cairn::profile
