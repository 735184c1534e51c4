#include "ledger/metadata/derived.h"

#include <algorithm>

namespace cairn::metadata {
namespace {

Json FirstDifference(const Json& stored, const Json& recomputed) {
  const std::size_t rows = std::max(stored.items().size(), recomputed.items().size());
  for (std::size_t i = 0; i < rows; ++i) {
    const Json left = i < stored.items().size() ? stored.items()[i] : Json();
    const Json right = i < recomputed.items().size() ? recomputed.items()[i] : Json();
    if (!(left == right)) return Json{{"row", i}, {"stored", left}, {"recomputed", right}};
  }
  return {};
}

}  // namespace

Result<Json> Rebuild(std::span<const DerivedTable> tables) {
  bool equal = true;
  Json compared = Json::Array();
  for (const auto& table : tables) {
    const Json stored = CAIRN_TRY(table.stored()), recomputed = CAIRN_TRY(table.recomputed());
    if (!stored.IsArray() || !recomputed.IsArray()) {
      return Error{Reason::Internal,
                   "the derived table '" + table.name + "' was not given as an array of rows"};
    }
    const Json difference = FirstDifference(stored, recomputed);
    equal = equal && difference.IsNull();
    compared.Push(Json{{"name", table.name},
                       {"equal", difference.IsNull()},
                       {"rows", stored.items().size()},
                       {"first_difference", difference}});
  }
  return Json{{"equal", equal}, {"tables", std::move(compared)}};
}

}  // namespace cairn::metadata
