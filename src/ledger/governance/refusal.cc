#include "ledger/governance/refusal.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"

namespace cairn::governance {
namespace {

constexpr std::size_t kMost = 100;
constexpr const char* kKind = "governance.attempt_refused";

bool IsRefusal(Reason reason) {
  return reason == Reason::Denied || reason == Reason::Conflict || reason == Reason::AlreadyExists;
}

Result<> Keep(sql::Database& database, TimeMs now, const metadata::Event& event) {
  const auto known = CAIRN_TRY(metadata::Log(database).Read({.kind = kKind, .subject = event.subject}));
  const bool same =
      std::any_of(known.begin(), known.end(), [&](const auto& one) { return one.event.body == event.body; });
  if (same || known.size() >= kMost) return Done{};
  CAIRN_TRY(database.Transact(
      [&](sql::Connection& connection) { return metadata::Append(connection, now, event); }));
  return Done{};
}

}  // namespace

Error Recorded(sql::Database& database, const os::Clock& clock, const Attempt& attempt, Error error) {
  if (!IsRefusal(error.reason)) return error;
  const std::string who = CutTo(attempt.who, 64);
  const metadata::Event event{kKind, attempt.subject, who, "",
                              Json{{"attempt", attempt.what},
                                   {"principal", who},
                                   {"reason", NameOf(error.reason)},
                                   {"why", CutTo(error.message, 500)}}};
  // The refusal stands whether or not it could be written down.
  static_cast<void>(bool(Keep(database, clock.Now(), event)));
  return error;
}

}  // namespace cairn::governance
