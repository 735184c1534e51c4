#include "loop/registry/predecessor.h"

#include <algorithm>
#include <vector>

#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"

namespace cairn::registry {

Result<std::int64_t> PredecessorOf(sql::Database& database, const Registry& registry,
                                   std::string_view model) {
  const Guard guarded = CAIRN_TRY(registry.guard());
  std::vector<std::int64_t> stood;
  for (const auto& move : CAIRN_TRY(metadata::Log(database).AliasHistory(model, guarded.alias))) {
    const auto version = ParseInt(move.version);
    if (!version) continue;
    const auto before = std::find(stood.begin(), stood.end(), *version);
    if (before != stood.end()) {
      stood.erase(before + 1, stood.end());
    } else {
      stood.push_back(*version);
    }
  }
  if (!stood.empty()) stood.pop_back();
  for (; !stood.empty(); stood.pop_back()) {
    const auto found = registry.Find(model, stood.back());
    if (found) return stood.back();
    if (found.error().reason != Reason::NotFound) return found.error();
  }
  return 0;
}

}  // namespace cairn::registry
