#pragma once

#include "ground/vocabulary/json.h"
#include "loop/comparison/policy.h"

namespace cairn::data {

/// Rows per bin of either side, to be drawn over each other (the form: loop/data/table_comparison.h); null
/// when a side has no value. Numbers: 40 even bins between the outer half percents, whose ends take what lies
/// beyond, or a bar a value when there are at most 20. Categories: the twelve with most rows, and all others.
Json PictureOf(const comparison::NumberColumn& column);
Json PictureOf(const comparison::CategoryColumn& column);
/// Of texts: their lengths.
Json PictureOf(const comparison::TextColumn& column);

}  // namespace cairn::data
