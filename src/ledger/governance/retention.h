#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

/// What must be kept, whoever wants it gone.
namespace cairn::governance {

/// A legal hold: while it stands, its subject is not erased.
struct Hold {
  std::string subject;  ///< Typed as in events: "run:<id>", "experiment:<id>", "model:NAME", "model:NAME/3".
  std::string reason;
  std::string actor;
  TimeMs at = 0;
};
Json ToJson(const Hold& hold);

/// Every hold that stands, by subject, in the caller's transaction.
Result<std::vector<Hold>> HoldsIn(sql::Connection& connection);

/// The id of the newest decision about this version ("" for any version of the model), or "": the record of
/// who allowed what must stay readable, and so must what it is about.
Result<std::string> DecisionOn(sql::Connection& connection, std::string_view model, std::string_view version);

/// Which holds stand. Safe from any thread. Every step appends an event with the hold's subject:
/// governance.hold_placed, governance.hold_lifted. The reason, which may name people, stays out of them.
class Holds {
 public:
  /// Both must outlive it.
  Holds(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// AlreadyExists while one stands; InvalidArgument without a reason.
  Result<Hold> Place(const std::string& subject, const std::string& reason, const std::string& actor);
  /// NotFound when none stands.
  Result<Hold> Lift(const std::string& subject, const std::string& actor);
  /// By subject.
  Result<std::vector<Hold>> List() const;

 private:
  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::governance
