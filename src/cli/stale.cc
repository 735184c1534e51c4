#include "cli/stale.h"

#include "cli/door.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/mount.h"

namespace cairn::cli {

Result<StageChoice> StageChoice::In(const Arguments& arguments) {
  StageChoice choice{arguments.All("STAGE..."), "upstream"};
  const std::string from = arguments.Text("--from");
  if (!from.empty()) choice.stages.push_back(from);
  if (!from.empty() || arguments.Has("--downstream")) choice.reach = "downstream";
  if (arguments.Has("--only")) {
    if (choice.reach == "downstream")
      return Error{
          Reason::InvalidArgument,
          "--only takes nothing along, --downstream and --from take what comes after: give one of them"};
    choice.reach = "alone";
  }
  if (choice.stages.empty() && choice.reach != "upstream")
    return Error{Reason::InvalidArgument, "name the stages that --only or --downstream is about"};
  return choice;
}

Positional StageChoice::Operand() {
  return {"STAGE...", "Only these, or the stages of these groups, and what they need",
          Positional::Need::Optional};
}

std::vector<Flag> StageChoice::Flags() {
  return {{"--only", "", "These stages and not what they need"},
          {"--downstream", "", "These stages and what comes after them, not what they need"},
          {"--from", "STAGE", "This stage and everything after it"}};
}

Result<Json> LookForStale(Session& session, const StageChoice& choice, Look look) {
  const std::string folder = CAIRN_TRY(os::WorkingFolder());
  std::string query = "project_dir=" + PercentEncode(folder) + "&reach=" + choice.reach;
  if (look == Look::Brief && choice.stages.empty()) query += "&brief=true";
  for (const auto& stage : choice.stages) query += "&stage=" + PercentEncode(stage);
  if (!session.settings().server.empty()) return session.Get("/api/v1/pipeline/status?" + query);
  http::Router router;
  api::MountPipelineStatus(router, session.settings().data_dir);
  http::Request request;
  request.path = "/api/v1/pipeline/status";
  request.query = query;
  return AskHere(router, std::move(request));
}

std::string CausesOf(const Json& stage) {
  std::vector<std::string> sentences;
  for (const Json& cause : stage.At("causes").items()) sentences.push_back(cause.Text("sentence"));
  return Join(sentences, "; ");
}

std::string CallsOf(const Json& stage) {
  if (!stage.Find("calls")) return "";
  const std::int64_t calls = stage.Int("calls"), items = stage.Int("items");
  return " (" + WithThousands(calls) + (calls == 1 ? " call, " : " calls, ") + WithThousands(items) +
         (items == 1 ? " item)" : " items)");
}

}  // namespace cairn::cli
