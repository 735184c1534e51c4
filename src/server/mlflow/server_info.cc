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

/// Traces are not kept here: there are none to find.
Result<Json> Nothing(const Fields&) { return Json::Object(); }

}  // namespace

Endpoints ServerInfoEndpoints() {
  constexpr auto kInline = http::Lane::Inline;
  return {{"GET", "server-info", ServerInfo, kInline, "3.0"},
          {"GET", "traces", Nothing, kInline, "2.0"},
          {"POST", "traces/search", Nothing, kInline, "3.0"},
          {"POST", "traces/metrics", Nothing, kInline, "3.0"},
          {"GET", "datasets/search", Nothing, kInline, "3.0"},
          {"POST", "datasets/search", Nothing, kInline, "3.0"}};
}

void MountProbes(http::Router& router) {
  constexpr auto kInline = http::Lane::Inline;
  router.Get(
      "/health", [](const http::Request&) { return http::Response::Text(200, "OK"); }, kInline);
  router.Get(
      "/version", [](const http::Request&) { return http::Response::Text(200, kMlflowVersion); }, kInline);
}

}  // namespace cairn::mlflow
