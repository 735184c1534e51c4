#pragma once

#include <string>
#include <vector>

#include "ground/http/router.h"
#include "ground/os/clock.h"
#include "ledger/metadata/derived.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/sealer.h"
#include "loop/pipeline/runner.h"

/// Each resource of the own API adds its routes with one function; what is passed must outlive the router.
namespace cairn::api {

/// /api/v1/version and /api/v1/commands.
void MountVersion(http::Router& router);

struct AuditRooms {
  metadata::Log& log;
  metadata::Sealer& sealer;
  const os::Clock& clock;
  std::string heads_file;
  std::string public_key;  ///< The sealer's, base64.
  std::vector<metadata::DerivedTable> derived;
};
/// /api/v1/audit/…
void MountAudit(http::Router& router, AuditRooms rooms);

/// /api/v1/pipeline/status alone: what is stale and why. Touches no store.
void MountPipelineStatus(http::Router& router, std::string data_dir);
/// /api/v1/pipeline/…
void MountPipeline(http::Router& router, pipeline::Runner& runner);

}  // namespace cairn::api
