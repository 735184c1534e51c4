#pragma once

#include <optional>

#include "ground/http/router.h"
#include "ground/vocabulary/document.h"
#include "ledger/governance/configuration.h"

namespace cairn::api {

struct ScorecardRooms;

/// The accepted configuration, with its text read.
struct Governing {
  governance::Configuration configuration;
  Node document;
};
/// None before the first was accepted.
Result<std::optional<Governing>> GoverningIn(const governance::Configurations& configurations);

/// /api/v1/overview: what the page at / shows, in one answer.
void MountOverview(http::Router& router, const ScorecardRooms& rooms);
/// /api/v1/canvas: a canvas of a configuration beside the records; the pages /canvas/{kind}.
void MountCanvas(http::Router& router, const ScorecardRooms& rooms);

}  // namespace cairn::api
