#pragma once

#include <memory>

#include "app/app.h"
#include "ground/http/router.h"

namespace cairn::cli {

/// The program with all its doors mounted on one router: what `cairn up` serves, and what a command asks when
/// no server runs.
struct Site {
  static Result<std::unique_ptr<Site>> Open(const app::Settings& settings);

  std::unique_ptr<app::App> app;
  http::Router router;
};

}  // namespace cairn::cli
