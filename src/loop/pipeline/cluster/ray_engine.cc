#include "loop/pipeline/cluster/ray_engine.h"

#include "ground/archive/zip_writer.h"
#include "ground/crypto/hash.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/cluster/program.h"
#include "loop/pipeline/execution/attempt.h"

namespace cairn::pipeline {
namespace {

constexpr auto kTimeout = std::chrono::milliseconds(60'000),
               kConnectTimeout = std::chrono::milliseconds(5'000);
constexpr std::size_t kMostWords = std::size_t{1} << 30, kShownBytes = 300;

/// What the job's machines unpack: the driver, what it drives, and what is to be done.
Result<std::string> PackageOf(const std::string& plan) {
  archive::ZipWriter zip;
  CAIRN_TRY(zip.Add("ray_driver.py", kRayDriver));
  CAIRN_TRY(zip.Add("stage_program.py", kStageProgram));
  CAIRN_TRY(zip.Add("stage_items.py", kStageItems));
  CAIRN_TRY(zip.Add("stage_objects.py", kStageObjects));
  CAIRN_TRY(zip.Add("plan.json", plan));
  return std::move(zip).Finish();
}

/// The end of a traceback says what is the matter.
std::string LastLineOf(std::string_view text) {
  text = Trim(text);
  return std::string(text.substr(text.rfind('\n') + 1).substr(0, kShownBytes));
}

}  // namespace

fetch::Outgoing RayEngine::Request(const std::string& method, const std::string& path) const {
  fetch::Outgoing request;
  request.method = method;
  request.url = address_ + path;
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.timeout = kTimeout;
  request.connect_timeout = kConnectTimeout;
  request.max_response_bytes = kMostWords;
  request.retry.attempts = 1;
  return request;
}

Error RayEngine::Unexpected(const fetch::Incoming& answer, const std::string& what) const {
  return {Reason::Unavailable, Shown() + " answered " + std::to_string(answer.status) + " " + what + ": " +
                                   LastLineOf(answer.body)};
}

/// Any answer but that of a door that is shut.
Result<fetch::Incoming> RayEngine::Ask(const fetch::Outgoing& request) const {
  auto answer = fetch::Fetch(request);
  if (!answer) return Error{answer.error().reason, Shown() + " cannot be reached: " + answer.error().message};
  if (answer->status != 401 && answer->status != 403) return answer;
  const std::string why = token_.empty() ? "it asks for a token, and 'ray' in cairn.yaml has none"
                                         : "it does not take the token that 'ray' in cairn.yaml refers to";
  return Error{Reason::Denied, Shown() + " does not let this program in: " + why};
}

Result<Json> RayEngine::AskFor(const std::string& path) const {
  const auto answer = CAIRN_TRY(Ask(Request("GET", path)));
  if (answer.status == 404) return Error{Reason::NotFound, Shown() + " does not know " + path};
  if (answer.status != 200) return Unexpected(answer, "when it was asked for " + path);
  return Json::Parse(answer.body);
}

Result<> RayEngine::Reach() {
  const auto version = AskFor("/api/version");
  const Reason kinds[] = {Reason::NotFound, Reason::InvalidArgument};
  if (!version && version.error().reason != kinds[0] && version.error().reason != kinds[1])
    return Error{version.error().reason,
                 version.error().message + " (is the cluster up, and is this the address of its dashboard?)"};
  if (version && !version->Text("ray_version").empty()) return Done{};
  return Error{Reason::Unsupported,
               "what answers at " + address_ +
                   " is not the dashboard of a Ray cluster: 'address' needs that, by default on port 8265"};
}

Result<> RayEngine::Submit(const std::string& key, const std::string& plan) {
  std::string package = CAIRN_TRY(PackageOf(plan));
  const std::string name = "_ray_pkg_" + crypto::Sha256Hex(package).substr(0, 32) + ".zip";
  fetch::Outgoing upload = Request("PUT", "/api/packages/gcs/" + name);
  upload.body = std::move(package);
  const auto uploaded = CAIRN_TRY(Ask(upload));
  if (uploaded.status != 200) return Unexpected(uploaded, "when it was given the plan");

  fetch::Outgoing job = Request("POST", "/api/jobs/");
  job.headers.emplace_back("Content-Type", "application/json");
  // One line for each line of the workers, and nothing around it.
  Json variables{{"RAY_DEDUP_LOGS", "0"}, {"RAY_COLOR_PREFIX", "0"}};
  Json surroundings{{"working_dir", "gcs://" + name}, {"env_vars", std::move(variables)}};
  job.body = Json{{"entrypoint", python_ + " ray_driver.py"},
                  {"submission_id", key},
                  {"runtime_env", std::move(surroundings)},
                  {"metadata", Json{{"by", "cairn"}}}}
                 .Dump();
  const auto submitted = CAIRN_TRY(Ask(job));
  if (submitted.status == 200) return Done{};
  // An earlier request may have arrived without its answer having come back.
  const auto known = AskFor("/api/jobs/" + key);
  return known ? Result<>() : Unexpected(submitted, "when it was given the job " + key);
}

Result<JobLook> RayEngine::Look(const std::string& key) {
  // The state first: when it is over, all of its words are there.
  const Json job = CAIRN_TRY(AskFor("/api/jobs/" + key));
  const std::string state = job.Text("status");
  JobLook look;
  look.well = state == "SUCCEEDED";
  look.over = look.well || state == "FAILED" || state == "STOPPED";
  const auto logs = AskFor("/api/jobs/" + key + "/logs");
  // One that has not begun may have none yet; those of one that failed may be gone with their node.
  if (!logs && state != "FAILED" && logs.error().reason != Reason::NotFound) return logs.error();
  if (logs) look.words = logs->Text("logs");
  if (!look.over) return look;
  look.end = LowerAscii(state);
  if (const std::string error = job.Text("error_type"); !error.empty()) look.end += ", " + error;
  if (const std::string message = job.Text("message"); !message.empty())
    look.end += ": " + LastLineOf(message);
  return look;
}

Result<> RayEngine::Stop(const std::string& key) {
  const auto answer = CAIRN_TRY(Ask(Request("POST", "/api/jobs/" + key + "/stop")));
  if (answer.status == 200 || answer.status == 404) return Done{};
  return Unexpected(answer, "when it was asked to stop the job " + key);
}

Result<std::unique_ptr<Engine>> OpenEngine(const ExecutorSettings& executor, const std::string& project) {
  const auto token = CAIRN_TRY(ReadSecrets(project, executor.token));
  return std::unique_ptr<Engine>(std::make_unique<RayEngine>(executor.address, executor.python,
                                                             token.empty() ? "" : token.front().second));
}

}  // namespace cairn::pipeline
