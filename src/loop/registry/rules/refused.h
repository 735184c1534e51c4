#pragma once

#include <string>
#include <string_view>

#include "ledger/governance/refusal.h"

namespace cairn::registry {

/// The outcome of a deed on a model; what the guard refused is put on record (governance/refusal.h).
template <class T>
Result<T> OrRecorded(sql::Database& database, const os::Clock& clock, Result<T> outcome, const char* what,
                     std::string_view model, std::string_view actor) {
  if (outcome) return outcome;
  return governance::Recorded(database, clock, {what, "model:" + std::string(model), std::string(actor)},
                              outcome.error());
}

}  // namespace cairn::registry
