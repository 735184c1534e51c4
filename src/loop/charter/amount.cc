#include "loop/charter/amount.h"

#include <string>

#include "ground/vocabulary/section.h"

namespace cairn::charter {

Result<std::optional<double>> AmountAt(const Node& map, std::string_view key) {
  const auto amount = CAIRN_TRY(NumberAt(map, key));
  if (amount && *amount < 0)
    return WrongAt(*map.Find(key), "'" + std::string(key) + "' cannot be less than nothing");
  return amount;
}

}  // namespace cairn::charter
