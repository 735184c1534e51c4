#include "loop/comparison/exact/sides.h"

#include <algorithm>

namespace cairn::comparison {
namespace {

Result<> CheckRows(std::string_view side, std::int64_t rows, std::int64_t least) {
  if (rows == 0) return EmptySide(side);
  if (rows >= least) return Done{};
  return Error{Reason::Unprocessable, "the " + std::string(side) + " side has " + std::to_string(rows) +
                                          " usable " + (rows == 1 ? "value" : "values") +
                                          ", and this test needs at least " + std::to_string(least)};
}

}  // namespace

Error EmptySide(std::string_view side) {
  return Error{Reason::Unprocessable,
               "the " + std::string(side) +
                   " side has no usable value after dropping missing and infinite ones; "
                   "there is nothing to compare"};
}

Result<> CheckSides(const Sample& reference, const Sample& current, std::int64_t least) {
  CAIRN_TRY(CheckRows("reference", reference.rows(), least));
  return CheckRows("current", current.rows(), least);
}

Result<> CheckSides(const PairedCounts& counts) {
  if (counts.reference.size() != counts.current.size()) {
    return Error{Reason::InvalidArgument, "the reference has " + std::to_string(counts.reference.size()) +
                                              " bins and the current side " +
                                              std::to_string(counts.current.size()) +
                                              "; count both over the same edges"};
  }
  const auto negative = [](std::int64_t count) { return count < 0; };
  if (std::ranges::any_of(counts.reference, negative) || std::ranges::any_of(counts.current, negative)) {
    return Error{Reason::InvalidArgument, "a bin has a negative count; counts are numbers of rows"};
  }
  if (Total(counts.reference) == 0) return EmptySide("reference");
  if (Total(counts.current) == 0) return EmptySide("current");
  return Done{};
}

}  // namespace cairn::comparison
