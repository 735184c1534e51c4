#pragma once

#include <string>

#include "ground/vocabulary/json.h"

/// Pictures of a profile's report, as SVG that stands in the page itself.
namespace cairn::profile {

/// A figure for people: "336,776", "1.234e+05"; "–" for none.
std::string Figure(const Json& value);
/// A value on a column's own axis: a time as a date.
std::string OnAxis(const Json& column, const Json& value);
/// "12.3 %".
std::string PercentText(double share);

/// The column's histogram, most frequent values or lengths, whichever shows most; with the target's classes
/// as colours where the report has them. A sentence when there is nothing to draw. Every bar of values
/// carries its count in `data-rows`, and its height (or width) is that count's share of the largest one.
std::string ColumnPicture(const Json& column);

/// Which columns lack values in which rows: a line per column, a column per pattern. "" when nothing is
/// missing.
std::string MissingMap(const Json& report);

/// A square of colours: how strongly every two columns go together. "" for fewer than two.
std::string HeatMap(const Json& names, const Json& matrix);

}  // namespace cairn::profile
