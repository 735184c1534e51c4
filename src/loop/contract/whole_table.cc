#include "loop/contract/whole_table.h"

#include <variant>

namespace cairn::contract {
namespace {

template <class... Kinds>
bool IsOneOf(const Test& test) {
  return (std::holds_alternative<Kinds>(test) || ...);
}

bool IsAboutWhole(const Rule& rule) {
  if (IsOneOf<Remark, ColumnThere, OnlyTheseColumns>(rule.test)) return false;
  if (IsOneOf<Unique, Ascending, StatisticWithin, ValuesAre, AgeWithin, LikeOther, QueryValue, QueryRows>(
          rule.test))
    return true;
  return !rule.allowance.IsNone();
}

}  // namespace

std::vector<std::string> WholeTableRules(const Contract& contract, bool training) {
  std::vector<std::string> names;
  for (const Rule& rule : contract.AllRules()) {
    if ((training ? rule.training : rule.serving) && IsAboutWhole(rule)) names.push_back(rule.name);
  }
  return names;
}

}  // namespace cairn::contract
