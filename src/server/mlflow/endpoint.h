#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/http/router.h"
#include "server/mlflow/fields.h"

namespace cairn::mlflow {

/// One operation of the dialect: fields in, a message out.
using Operation = std::function<Result<Json>(const Fields&)>;

/// Which of the twins exist: /api for clients, /ajax-api for pages.
enum class Twins { Both, AjaxOnly };

struct Endpoint {
  std::string method;
  std::string path;  ///< After "/api/<version>/mlflow/".
  Operation operation;
  http::Lane lane = http::Lane::Read;
  std::string version = "2.0";
  Twins twins = Twins::Both;
};

using Endpoints = std::vector<Endpoint>;

/// Adds each endpoint at its one or two addresses.
void MountEndpoints(http::Router& router, const Endpoints& endpoints);

/// The one place where a Reason becomes a status and one of MLflow's error codes.
http::Response Refusal(const Error& error);
/// Status 200 with the message, or the refusal.
http::Response Answer(const Result<Json>& outcome);
/// What an operation answers that has nothing to say.
Result<Json> Empty(const Result<>& outcome);

}  // namespace cairn::mlflow
