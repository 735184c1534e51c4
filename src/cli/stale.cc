#include "cli/stale.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::cli {

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

}  // namespace cairn::cli
