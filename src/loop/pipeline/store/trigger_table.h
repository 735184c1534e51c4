#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"

/// Every SQL sentence about how far triggers have looked, and about the programs that share a store.
namespace cairn::pipeline {

struct TriggerState {
  std::string name;
  std::string subject;  ///< TriggerRule::Subject; "" to begin anew.
  std::string seen;
  std::int64_t changes = 0;
  bool paused = false;
};

Result<std::vector<TriggerState>> SelectTriggers(sql::Connection& connection);
/// None when it never looked.
Result<std::optional<TriggerState>> FindTrigger(sql::Connection& connection, std::string_view name);
Result<> PutTrigger(sql::Connection& connection, const TriggerState& state);

/// Adds one to the beat of that home; false when it is not there (any more). A home that has left has a beat
/// below zero.
Result<bool> BeatOf(sql::Connection& connection, std::string_view home);
Result<> AddServer(sql::Connection& connection, std::string_view home);
Result<> LeaveServer(sql::Connection& connection, std::string_view home);
/// Whether it was there with that beat.
Result<bool> RemoveServer(sql::Connection& connection, std::string_view home, std::int64_t beat);
struct ServerBeat {
  std::string home;
  std::int64_t beat = 0;
};
Result<std::vector<ServerBeat>> SelectServers(sql::Connection& connection);

}  // namespace cairn::pipeline
