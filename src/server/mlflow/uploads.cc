#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_parts.h"
#include "loop/tracking/artifact_path.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kLongestLease = 604'800;
constexpr std::int64_t kMostParts = 10'000;
constexpr const char* kPart = "/api/2.0/mlflow-artifacts/mpu/part/";

using tracking::ArtifactParts;

/// Addresses signed by a store are MLflow's way around its own slow proxy. This one takes any size in one
/// stream, so server-info does not advise uploads in parts either; whoever asks for them can repeat a part
/// after a broken connection instead of the whole file.
Error NotOffered(const std::string& what) {
  return {Reason::Unsupported, what +
                                   " is not offered by this server: send and fetch whole files through "
                                   "/api/2.0/mlflow-artifacts/artifacts, in any size."};
}

/// The message without what was captured from the address: both have a `path`, and they differ.
Result<Json> BodyOf(const Request& request) {
  Request alone;
  alone.method = request.method;
  alone.headers = request.headers;
  alone.body = request.body;
  return MessageOf(alone);
}

/// The captured path is the folder's; the message's `path`, on the client's machine, ends with the name.
Result<std::string> PathOf(const Request& request, const Fields& fields) {
  const auto local = CAIRN_TRY(fields.RequiredText("path"));
  const auto folder = std::string(request.Captured("path"));
  const auto name = local.substr(local.find_last_of("/\\") + 1);
  return folder.empty() ? name : folder + "/" + name;
}

/// Where a client sends a part: to the address at which it reached this server.
std::string AddressOf(const Request& request, const std::string& id, std::int64_t number) {
  const bool tls = EqualsIgnoringCase(request.headers.Get("X-Forwarded-Proto"), "https");
  return std::string(tls ? "https://" : "http://") + std::string(request.headers.Get("Host")) + kPart + id +
         "/" + std::to_string(number);
}

Result<Json> Create(Rooms rooms, const Request& request, const Fields& fields) {
  const auto path = CAIRN_TRY(PathOf(request, fields));
  const auto count = CAIRN_TRY(fields.IntWithin("num_parts", 1, kMostParts, 1));
  CAIRN_TRY(AllowChange(rooms.registry, path));
  const auto id = CAIRN_TRY(ArtifactParts(rooms.artifacts).Begin(path));
  auto credentials = Json::Array();
  for (std::int64_t number = 1; number <= count; ++number) {
    credentials.Push(
        Json{{"url", AddressOf(request, id, number)}, {"part_number", number}, {"headers", Json::Object()}});
  }
  return Json{{"upload_id", id}, {"credentials", std::move(credentials)}};
}

Result<Json> Complete(Rooms rooms, const Request& request, const Fields& fields) {
  const auto path = CAIRN_TRY(PathOf(request, fields));
  std::vector<ArtifactParts::Part> parts;
  for (const auto& part : CAIRN_TRY(fields.Messages("parts"))) {
    auto tag = CAIRN_TRY(part.RequiredText("etag"));
    std::erase(tag, '"');
    parts.push_back({CAIRN_TRY(part.RequiredInt("part_number")), std::move(tag)});
  }
  CAIRN_TRY(AllowChange(rooms.registry, path));
  return Empty(
      ArtifactParts(rooms.artifacts).Complete(CAIRN_TRY(fields.RequiredText("upload_id")), path, parts));
}

Result<Json> Abort(Rooms rooms, const Request& request, const Fields& fields) {
  CAIRN_TRY(tracking::CheckedFilePath(CAIRN_TRY(PathOf(request, fields))));
  return Empty(ArtifactParts(rooms.artifacts).Abort(CAIRN_TRY(fields.RequiredText("upload_id"))));
}

Response TakePart(Rooms rooms, const Request& request) {
  const auto number = ParseInt(request.Captured("number"));
  const auto taken =
      number ? ArtifactParts(rooms.artifacts).Take(request.Captured("id"), *number, request.body_file)
             : Result<std::string>(number.error());
  if (!taken) return Refusal(taken.error());
  auto response = Response::Text(200, "");
  response.headers.Add("ETag", "\"" + *taken + "\"");
  return response;
}

Response AddressNotOffered(const Request& request) {
  const auto path = tracking::CheckedArtifactPath(request.Captured("path"));
  return Refusal(path ? NotOffered("Presigned download") : path.error());
}

/// Exactly one of run_id and model_id, a path, and a lease of at most a week; then: not offered.
Result<Json> SignedAddress(const Fields& fields, const std::string& what) {
  const auto run = CAIRN_TRY(fields.TextOrEmpty("run_id"));
  const auto model = CAIRN_TRY(fields.TextOrEmpty("model_id"));
  CAIRN_TRY(tracking::CheckedArtifactPath(CAIRN_TRY(fields.RequiredText("path"))));
  CAIRN_TRY(fields.IntWithin("expiration", 1, kLongestLease, 900));
  if (run.empty() == model.empty())
    return Error{Reason::InvalidArgument, "Exactly one of run_id and model_id must be provided."};
  return Error{Reason::InvalidArgument,
               what +
                   " is not supported for proxied artifact storage (artifact URI scheme: "
                   "mlflow-artifacts). Use /api/2.0/mlflow-artifacts/artifacts."};
}

Result<Json> UploadAddress(const Fields& fields) { return SignedAddress(fields, "Presigned upload"); }
Result<Json> DownloadAddress(const Fields& fields) { return SignedAddress(fields, "Presigned download"); }

}  // namespace

Endpoints SignedAddressEndpoints() {
  constexpr auto kInline = http::Lane::Inline;
  return {{"POST", "artifacts/presigned-upload-url", UploadAddress, kInline},
          {"POST", "artifacts/presigned-download-url", DownloadAddress, kInline}};
}

void MountPartUploads(http::Router& router, Rooms rooms) {
  using Step = Result<Json> (*)(Rooms, const Request&, const Fields&);
  constexpr std::pair<const char*, Step> kSteps[] = {
      {"create", Create}, {"complete", Complete}, {"abort", Abort}};
  for (const char* root : {"/api", "/ajax-api"}) {
    const auto proxy = std::string(root) + "/2.0/mlflow-artifacts/";
    for (const auto& [name, step] : kSteps) {
      const auto handler = [rooms, act = step](const Request& request) {
        const auto message = BodyOf(request);
        return message ? Answer(act(rooms, request, Fields(*message))) : Refusal(message.error());
      };
      router.Post(proxy + "mpu/" + name + "/{path...}", handler, http::Lane::Bytes);
    }
    router.Get(proxy + "presigned/{path...}", AddressNotOffered, http::Lane::Inline);
  }
  router.Add({"PUT", std::string(kPart) + "{id}/{number}",
              [rooms](const Request& request) { return TakePart(rooms, request); }, http::Lane::Bytes,
              http::BodyMode::File});
}

}  // namespace cairn::mlflow
