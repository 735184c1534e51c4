#include "ledger/governance/validity.h"

#include "ground/vocabulary/text.h"
#include "ledger/governance/configuration.h"

namespace cairn::governance {
namespace {

constexpr std::int64_t kMostDays = 3650, kDayMs = 86'400'000;

}  // namespace

Result<std::optional<std::int64_t>> ReadValidity(const Node& configuration) {
  const Node* days = configuration.FindPath("gates.valid_days");
  if (days == nullptr) return std::optional<std::int64_t>();
  const auto count = ParseInt(days->IsScalar() ? days->text() : "");
  if (count && *count >= 1 && *count <= kMostDays) return std::optional(*count * kDayMs);
  return Error{
      Reason::InvalidArgument,
      days->Where() + ": 'valid_days' is a whole number of days from 1 to " + std::to_string(kMostDays)};
}

Result<std::optional<std::int64_t>> ValidityIn(sql::Connection& connection) {
  const auto accepted = CAIRN_TRY(AcceptedIn(connection));
  if (!accepted) return std::optional<std::int64_t>();
  return ReadValidity(CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml")));
}

}  // namespace cairn::governance
