#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ground/sql/connection.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

/// What of the registry stands under the accepted configuration's protection.
namespace cairn::registry {

/// Which alias of which model only a decision may move.
struct Guard {
  std::string model;  ///< The model that the accepted configuration binds; "" when none is.
  std::string alias = "production";
  friend bool operator==(const Guard&, const Guard&) = default;
};

/// The guard that a configuration asks for: its `model.name`, and its `model.alias` or else `production`.
/// InvalidArgument with the place for a word that can be no alias.
Result<Guard> GuardOf(const Node& configuration);

/// That of the last accepted configuration. One function for a whole Registry: it remembers what it read
/// last.
std::function<Result<Guard>(sql::Connection&)> GuardOfAccepted();

/// What the guarded alias of a model names.
struct Standing {
  std::int64_t version = 0;  ///< 0 for none.
  /// The decision that was carried out when the alias was moved there. "" when there was none: it was set
  /// before the model was bound, or by a hand that went past this program.
  std::string decision;

  bool IsCovered() const { return version != 0 && !decision.empty(); }
};

}  // namespace cairn::registry
