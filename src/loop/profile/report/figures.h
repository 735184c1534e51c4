#pragma once

#include <span>

#include "loop/profile/report/view.h"

namespace cairn::profile {

/// A number with at most this many distinct values is also told value by value.
inline constexpr std::size_t kFewValues = 20;
/// A number with at most this many is drawn value by value.
inline constexpr std::size_t kDrawnValues = 12;
/// Levels of a category that are kept for later comparison.
inline constexpr std::size_t kKeptLevels = 1000;

/// Fills `view` for one column: everything but the association.
void Describe(Column& column, ColumnView& view);

/// Values with their rows, most rows first, equal ones by name: all of a category's, or a number's when it
/// has at most kFewValues; empty otherwise.
std::vector<std::pair<std::string, std::int64_t>> RankedValues(Column& column, std::size_t most);

/// A number, or null when it is none.
Json Defined(double value);
template <class Number>
Json ListOf(const std::vector<Number>& numbers) {
  Json list = Json::Array();
  for (const Number number : numbers) list.Push(number);
  return list;
}

}  // namespace cairn::profile
