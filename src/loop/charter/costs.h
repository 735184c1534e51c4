#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::charter {

/// What a run of the pipeline takes.
enum class Expense {
  Bytes,    ///< Of data that came since the run before, and have to be kept.
  Seconds,  ///< From its beginning to its end.
  Labels,   ///< Rows of data sets with a target that came since the run before: somebody had to label them.
};
inline constexpr std::array kExpenses{Expense::Bytes, Expense::Seconds, Expense::Labels};
/// "bytes", "seconds", "labels"
std::string_view NameOf(Expense expense);

/// What the charter says a run will take:
///   charter:
///     costs: {bytes: 2000000, seconds: 600, labels: 5000, bound: 25%, prices: {seconds: 0.002, labels: 0.1}}
struct CostPlan {
  std::array<std::optional<double>, 3> planned;  ///< By Expense; none where nothing is planned.
  std::array<std::optional<double>, 3> price;    ///< Of one, in the charter's unit of money.
  double bound = 0.25;                           ///< How far from it, as a share, a run may be.

  const std::optional<double>& Of(Expense expense) const {
    return planned[static_cast<std::size_t>(expense)];
  }
  const std::optional<double>& PriceOf(Expense expense) const {
    return price[static_cast<std::size_t>(expense)];
  }
  bool IsEmpty() const;
};
/// InvalidArgument with place: an unknown key, an amount below 0, a price of what is not planned.
Result<CostPlan> ReadCostPlan(const Node& configuration);

}  // namespace cairn::charter
