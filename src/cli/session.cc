#include "cli/session.h"

#include "cli/door.h"
#include "cli/shown_name.h"
#include "ground/os/environment.h"
#include "server/cairn/answer.h"

namespace cairn::cli {
namespace {

http::Request RequestFor(std::string_view method, std::string_view path, const std::string& actor) {
  http::Request request;
  request.method = method;
  const auto question = path.find('?');
  request.path = path.substr(0, question);
  if (question != std::string_view::npos) request.query = path.substr(question + 1);
  request.headers.Add("X-Cairn-Actor", actor);
  if (const auto run = os::Variable("CAIRN_PIPELINE_RUN")) request.headers.Add("X-Cairn-Run", *run);
  request.peer = "in-process";
  return request;
}

/// Why a named server gave no answer, in words about the server and not about the request.
Error Unanswered(const Error& error, const std::string& server) {
  if (server.empty() || error.reason != Reason::Unavailable) return error;
  return {Reason::Unavailable, "No Cairn answers at " + server + "; is `cairn up` running there?"};
}

Error ErrorIn(const http::Response& response) {
  const auto body = Json::Parse(response.body);
  if (body && body->At("error").IsObject()) {
    return {api::ReasonOf(body->At("error").Text("reason")), body->At("error").Text("message")};
  }
  return {Reason::Unavailable,
          "the server answered with status " + std::to_string(response.status) + " and no reason"};
}

}  // namespace

Session::Session(Settings settings) : settings_(std::move(settings)) {}
Session::~Session() = default;

Result<std::string> Session::TextOf(std::string_view method, std::string_view path) {
  if (!door_) door_ = CAIRN_TRY(Door::Open(settings_));
  auto response = door_->Call(RequestFor(method, path, Actor()));
  if (!response) return Unanswered(response.error(), settings_.server);
  if (response->status >= 400) return ErrorIn(*response);
  return std::move(response->body);
}

Result<std::string> Session::GetText(std::string_view path) { return TextOf("GET", path); }
Result<std::string> Session::PostForText(std::string_view path) { return TextOf("POST", path); }

Result<Json> Session::Get(std::string_view path) {
  const std::string body = CAIRN_TRY(GetText(path));
  return Json::Parse(body);
}

Result<Json> Session::Post(std::string_view path, const Json& body) {
  auto request = RequestFor("POST", path, Actor());
  request.headers.Add("Content-Type", "application/json");
  request.body = body.Dump();
  return Send(std::move(request));
}

Result<Json> Session::PostFile(std::string_view path, const std::string& file) {
  auto request = RequestFor("POST", path, Actor());
  request.headers.Add("Content-Type", "application/octet-stream");
  request.body_file = file;
  return Send(std::move(request));
}

Result<Json> Session::Send(http::Request request) {
  if (!door_) door_ = CAIRN_TRY(Door::Open(settings_));
  const auto response = door_->Call(std::move(request));
  if (!response) return Unanswered(response.error(), settings_.server);
  if (response->status >= 400) return ErrorIn(*response);
  return Json::Parse(response->body);
}

bool Session::PrintedJson(const Json& answer) const {
  if (settings_.json) std::printf("%s\n", ReadableJson(answer.Dump()).c_str());
  return settings_.json;
}

void Session::Say(std::string_view line) const {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}
void Session::Note(std::string_view line) const {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

std::string Session::Actor() const { return os::VariableOr("CAIRN_ACTOR", os::UserName()); }

}  // namespace cairn::cli
