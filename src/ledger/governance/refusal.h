#pragma once

#include <string>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"

namespace cairn::governance {

/// Something that somebody tried and that was not allowed.
struct Attempt {
  std::string what;     ///< "approve", "reject", "accept_configuration", "sign_charter", "move_alias", …
  std::string subject;  ///< Typed as in events: "decision:<id>", "configuration:<digest>", "model:NAME".
  std::string who;      ///< The name that was given: a claim.
};

/// Puts a refused attempt on record, in a transaction of its own, when `error` is Denied, Conflict or
/// AlreadyExists; gives `error` back as it came. Event "governance.attempt_refused" with the attempt's
/// subject, body {attempt, principal, reason, why}. The same attempt with the same outcome is kept once, and
/// of one subject a hundred: whoever tries again and again does not fill the log. Trouble with the record
/// changes nothing in the refusal.
Error Recorded(sql::Database& database, const os::Clock& clock, const Attempt& attempt, Error error);

}  // namespace cairn::governance
