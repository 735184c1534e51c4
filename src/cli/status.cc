#include <algorithm>

#include "cli/catalogue.h"
#include "cli/stale.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::cli {
namespace {

Result<int> Status(Session& session, const Arguments& arguments) {
  const Json look = CAIRN_TRY(LookForStale(session, arguments.All("STAGE...")));
  const bool stale = look.Bool("stale");
  if (session.PrintedJson(look)) return stale ? 1 : 0;
  const auto& stages = look.At("stages").items();
  for (const Json& stage : stages) {
    if (stage.Bool("stale")) session.Say(stage.Text("name") + ": " + CausesOf(stage));
  }
  const auto count =
      std::count_if(stages.begin(), stages.end(), [](const Json& stage) { return stage.Bool("stale"); });
  if (!stale) {
    session.Say(stages.empty() ? "dvc.yaml declares no stages." : "Everything is up to date.");
  } else {
    session.Say(std::to_string(count) + " of " + std::to_string(stages.size()) +
                " stages would run: `cairn run`.");
  }
  return stale ? 1 : 0;
}

}  // namespace

Result<Json> LookForStale(Session& session, const std::vector<std::string>& stages) {
  const std::string folder = CAIRN_TRY(os::WorkingFolder());
  std::string query = "project_dir=" + PercentEncode(folder);
  if (!stages.empty()) query += "&stages=" + PercentEncode(Join(stages, ","));
  if (!session.settings().server.empty()) return session.Get("/api/v1/pipeline/status?" + query);
  http::Router router;
  api::MountPipelineStatus(router, session.settings().data_dir);
  http::Request request;
  request.path = "/api/v1/pipeline/status";
  request.query = query;
  const http::Response response = router.Dispatch(std::move(request));
  const Json answer = CAIRN_TRY(Json::Parse(response.body));
  if (response.status == 200) return answer;
  return Error{api::ReasonOf(answer.At("error").Text("reason")), answer.At("error").Text("message")};
}

std::string CausesOf(const Json& stage) {
  std::vector<std::string> sentences;
  for (const Json& cause : stage.At("causes").items()) sentences.push_back(cause.Text("sentence"));
  return Join(sentences, "; ");
}

std::vector<Command> StatusCommands() {
  return {{"status",
           "Say which stages are stale and why",
           "Exit code 0 when nothing would run, 1 when something would.",
           {{"STAGE...", "Only these and what they need", Positional::Need::Optional}},
           {},
           Status}};
}

}  // namespace cairn::cli
