#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/session.h"
#include "ground/http/message.h"
#include "ground/http/router.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// The way from a command to the API: the same request goes to a named server, to the server that owns the
/// data folder (through its socket), or is answered in this process, which then owns the store until it ends.
class Door {
 public:
  virtual ~Door() = default;
  virtual Result<http::Response> Call(http::Request request) = 0;

  static Result<std::unique_ptr<Door>> Open(const Settings& settings);
};

/// A request with `body` for one of the API's routes.
http::Request PostOf(std::string_view path, const Json& body);
/// Asks routes of this process: for questions about files alone, which need no store. The error is the one
/// that the route answered with.
Result<Json> AskHere(http::Router& router, http::Request request);

}  // namespace cairn::cli
