#pragma once

#include "ground/http/router.h"
#include "ledger/governance/configuration.h"
#include "loop/batch/published.h"
#include "loop/data/catalogue.h"
#include "loop/registry/registry.h"

/// Answers that were made ahead.
namespace cairn::api {

struct BatchRooms {
  batch::Published& published;
  governance::Configurations& configurations;
  const registry::Registry& registry;
  const data::Catalogue& catalogue;
};
/// /api/v1/batches…: what is published, and its rows by key; and what a version's inputs are compared with on
/// the way, /api/v1/models/{name}/versions/{version}/reference.
void MountBatches(http::Router& router, BatchRooms rooms);

}  // namespace cairn::api
