#include "loop/charter/costs.h"

#include <algorithm>

#include "ground/vocabulary/section.h"
#include "loop/charter/amount.h"

namespace cairn::charter {

std::string_view NameOf(Expense expense) {
  switch (expense) {
    case Expense::Bytes:
      return "bytes";
    case Expense::Seconds:
      return "seconds";
    case Expense::Labels:
      return "labels";
  }
  return "labels";
}

bool CostPlan::IsEmpty() const {
  return std::none_of(planned.begin(), planned.end(), [](const auto& one) { return one.has_value(); });
}

Result<CostPlan> ReadCostPlan(const Node& configuration) {
  CostPlan plan;
  const Node* section = configuration.FindPath("charter.costs");
  if (section == nullptr || section->IsNull()) return plan;
  if (!section->IsMap()) return WrongAt(*section, "'costs' is a map of what a run is planned to take");
  CAIRN_TRY(section->OnlyKeys({"bytes", "seconds", "labels", "bound", "prices"}));
  const Node* prices = CAIRN_TRY(MapAt(*section, "prices"));
  if (prices != nullptr) CAIRN_TRY(prices->OnlyKeys({"bytes", "seconds", "labels"}));
  for (const Expense expense : kExpenses) {
    const auto at = static_cast<std::size_t>(expense);
    plan.planned[at] = CAIRN_TRY(AmountAt(*section, NameOf(expense)));
    if (prices != nullptr) plan.price[at] = CAIRN_TRY(AmountAt(*prices, NameOf(expense)));
    if (plan.price[at] && !plan.planned[at])
      return WrongAt(*prices,
                     "'" + std::string(NameOf(expense)) + "' has a price, and nothing is planned of it");
  }
  plan.bound = CAIRN_TRY(ShareAt(*section, "bound", 0, 10)).value_or(plan.bound);
  return plan;
}

}  // namespace cairn::charter
