#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/http/router.h"
#include "ground/sql/database.h"
#include "server/mlflow/fields.h"
#include "server/mlflow/kept_answers.h"

namespace cairn::mlflow {

/// One operation of the dialect: fields in, a message out.
using Operation = std::function<Result<Json>(const Fields&)>;
/// One whose message is long: it comes as JSON text.
using TextOperation = std::function<Result<std::string>(const Fields&)>;

/// One that has its message later; `give` is called once, from any thread, with what writes it as JSON text.
using Give = std::function<void(std::function<Result<std::string>()>)>;
using LaterOperation = std::function<void(const Fields&, Give give)>;

/// Which of the twins exist: /api for clients, /ajax-api for pages.
enum class Twins { Both, AjaxOnly };

/// What becomes of a question that was asked before: it is answered anew, or as before while nothing was
/// written.
enum class Repeats { Answered, Kept };

struct Endpoint {
  std::string method;
  std::string path;  ///< After "/api/<version>/mlflow/".
  Operation operation;
  http::Lane lane = http::Lane::Read;
  std::string version = "2.0";
  Twins twins = Twins::Both;
  TextOperation text = nullptr;  ///< In place of `operation`.
  /// The same question has the same answer until something is written.
  Repeats repeats = Repeats::Answered;
  LaterOperation later = nullptr;  ///< In place of `operation`.
};

using Endpoints = std::vector<Endpoint>;

/// Below which MLflow's own page, and what it asks for by relative addresses, is served.
inline constexpr std::string_view kPagePrefix = "/mlflow";

/// Adds each endpoint at its addresses: for clients, for pages, and for MLflow's own page.
void MountEndpoints(http::Router& router, const Endpoints& endpoints);
/// The same, where endpoints may keep answers of what `database` holds.
void MountEndpoints(http::Router& router, const Endpoints& endpoints, const sql::Database& database,
                    const std::shared_ptr<KeptAnswers>& kept);
/// Adds a route that pages ask for at its own address and below kPagePrefix.
void MountForPages(http::Router& router, const http::Route& route);

/// The one place where a Reason becomes a status and one of MLflow's error codes.
http::Response Refusal(const Error& error);
/// Status 200 with the message, or the refusal.
http::Response Answer(const Result<Json>& outcome);
/// What an operation answers that has nothing to say.
Result<Json> Empty(const Result<>& outcome);

}  // namespace cairn::mlflow
