#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ground/http/router.h"
#include "loop/scorecard/history.h"
#include "server/cairn/mount.h"

/// What of the scorecard can be put on record, done again, or tried out.
namespace cairn::api {

struct ProofRooms {
  const metadata::Log& log;
  const os::Clock& clock;
  const governance::Configurations& configurations;
  sql::Database& database;
  const governance::Decisions& decisions;
  /// As scorecard::Proving::contract says; may be empty.
  std::function<Result<std::optional<bool>>(const scorecard::Moment&)> contract = {};
};
/// /api/v1/score/verify, /api/v1/score/records….
void MountProofs(http::Router& router, ProofRooms rooms);

struct DoctorRooms {
  sql::Database& database;
  const os::Clock& clock;
  const metadata::Log& log;
  const governance::Configurations& configurations;
  const registry::Registry& registry;
  const serving::Service& service;
  pipeline::Runner& runner;
  std::string project_dir;
};
/// /api/v1/doctor: a round trip through each of the seven components, and the last output of the six stages.
void MountDoctor(http::Router& router, DoctorRooms rooms);

}  // namespace cairn::api
