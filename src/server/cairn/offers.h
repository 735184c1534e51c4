#pragma once

#include <functional>
#include <string>

#include "ground/http/router.h"
#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ledger/governance/configuration.h"
#include "loop/registry/registry.h"
#include "loop/serving/service.h"
#include "loop/tracking/artifacts.h"

namespace cairn::api {

struct OfferRooms {
  sql::Database& database;
  const os::Clock& clock;
  const governance::Configurations& configurations;
  const registry::Registry& registry;
  const tracking::Artifacts& artifacts;
  const serving::Service& service;
  std::function<Result<std::string>()> address;  ///< Where this program is reached.
};
/// /api/v1/catalogue: which models can be used, by what they take and give. GET shows what everybody may see,
/// POST what the one may see who signs the question.
void MountOffers(http::Router& router, OfferRooms rooms);

}  // namespace cairn::api
