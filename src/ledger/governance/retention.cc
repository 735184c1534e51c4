#include "ledger/governance/retention.h"

#include "ledger/governance/store/hold_table.h"
#include "ledger/metadata/event.h"

namespace cairn::governance {
namespace {

Result<> Trace(sql::Connection& connection, TimeMs now, const std::string& step, const std::string& subject,
               const std::string& actor) {
  CAIRN_TRY(
      metadata::Append(connection, now, {"governance.hold_" + step, subject, actor, "", Json::Object()}));
  return Done{};
}

}  // namespace

Json ToJson(const Hold& hold) {
  return Json{{"subject", hold.subject}, {"reason", hold.reason}, {"actor", hold.actor}, {"at_ms", hold.at}};
}

Result<Hold> Holds::Place(const std::string& subject, const std::string& reason, const std::string& actor) {
  if (reason.empty())
    return Error{Reason::InvalidArgument,
                 "A legal hold needs a reason: say why " + subject + " must be kept."};
  const Hold hold{subject, reason, actor, clock_.Now()};
  return database_.Transact([&](sql::Connection& connection) -> Result<Hold> {
    if (const auto standing = CAIRN_TRY(ReadHold(connection, subject))) {
      return Error{Reason::AlreadyExists, subject + " is under legal hold already, since " +
                                              FormatUtc(standing->at) + " by " + standing->actor + " (" +
                                              standing->reason + ")."};
    }
    CAIRN_TRY(InsertHold(connection, hold));
    CAIRN_TRY(Trace(connection, hold.at, "placed", subject, actor));
    return hold;
  });
}

Result<Hold> Holds::Lift(const std::string& subject, const std::string& actor) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Hold> {
    const auto standing = CAIRN_TRY(ReadHold(connection, subject));
    if (!standing) return Error{Reason::NotFound, subject + " is not under legal hold."};
    CAIRN_TRY(EraseHold(connection, subject));
    CAIRN_TRY(Trace(connection, now, "lifted", subject, actor));
    return *standing;
  });
}

Result<std::vector<Hold>> Holds::List() const {
  return database_.Read([](sql::Connection& connection) { return HoldsIn(connection); });
}

}  // namespace cairn::governance
