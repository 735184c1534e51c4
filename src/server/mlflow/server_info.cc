#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

Result<Json> ServerInfo(const Fields&) {
  return Json{{"store_type", "SqlStore"},
              {"workspaces_enabled", false},
              {"trace_archival_enabled", false},
              {"multipart_uploads_enabled", false},
              {"multipart_downloads_enabled", false},
              {"presigned_upload_run_id_supported", false},
              {"presigned_upload_model_id_supported", false},
              {"features_enabled", Json{{"gateway", false}}}};
}

}  // namespace

Endpoints ServerInfoEndpoints() { return {{"GET", "server-info", ServerInfo, http::Lane::Inline, "3.0"}}; }

void MountProbes(http::Router& router) {
  constexpr auto kInline = http::Lane::Inline;
  router.Get(
      "/health", [](const http::Request&) { return http::Response::Text(200, "OK"); }, kInline);
  router.Get(
      "/version", [](const http::Request&) { return http::Response::Text(200, kMlflowVersion); }, kInline);
}

}  // namespace cairn::mlflow
