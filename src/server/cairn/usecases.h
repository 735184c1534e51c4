#pragma once

#include "ground/http/router.h"
#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ledger/governance/configuration.h"

namespace cairn::api {

struct UseCaseRooms {
  const governance::Configurations& configurations;
  sql::Database& database;
  const os::Clock& clock;
};
/// /api/v1/usecases/rank: the tasks of a charter and what a prediction in each would be worth;
/// /api/v1/usecases/{usecase}/activate and /end.
void MountUseCases(http::Router& router, UseCaseRooms rooms);

}  // namespace cairn::api
