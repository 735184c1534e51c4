#include <map>
#include <memory>
#include <string>

#include "server/mlflow/graphql/execute.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using Operations = std::map<std::string, Operation, std::less<>>;

/// {"query", "variables", "operationName"}; in an address the variables are JSON in a text.
Result<Json> QuestionOf(const http::Request& request) {
  auto question = CAIRN_TRY(MessageOf(request));
  if (question.Text("query").empty()) return Fields(question).Missing("query");
  if (question.At("variables").IsString())
    question.Set("variables", CAIRN_TRY(Json::Parse(question.Text("variables"))));
  return question;
}

/// As a query calls it, which takes messages apart: what an endpoint wrote as text is read. Empty for one
/// that has its message later.
Operation MessageOperation(const Endpoint& endpoint) {
  if (!endpoint.text) return endpoint.operation;
  return [text = endpoint.text](const Fields& fields) -> Result<Json> {
    return Json::Parse(CAIRN_TRY(text(fields)));
  };
}

http::Response Handle(const Operations& operations, const http::Request& request) {
  const auto question = QuestionOf(request);
  if (!question) return Refusal(question.error());
  const graphql::Caller caller = [&](std::string_view call, const Json& message) -> Result<Json> {
    const auto found = operations.find(call);
    if (found == operations.end())
      return Error{Reason::Unsupported, "This server has no call " + std::string(call) + "."};
    return found->second(Fields(message));
  };
  return http::Response::Json(200, graphql::Execute(*question, caller).Dump());
}

}  // namespace

void MountGraphql(http::Router& router, const Endpoints& endpoints) {
  const auto operations = std::make_shared<Operations>();
  for (const auto& endpoint : endpoints) {
    if (auto operation = MessageOperation(endpoint))
      operations->insert_or_assign(endpoint.path, std::move(operation));
  }
  const auto handler = [operations](const http::Request& request) { return Handle(*operations, request); };
  for (const char* method : {"GET", "POST"}) MountForPages(router, {method, "/graphql", handler});
}

}  // namespace cairn::mlflow
