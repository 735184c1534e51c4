#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

/// What a server without a gateway, without an assistant and without telemetry answers.
Result<Json> NoGateway(const Fields&) { return Json{{"endpoints", Json::Array()}}; }

Result<Json> NoTelemetry(const Fields&) {
  return Json{
      {"disable_ui_telemetry", true}, {"disable_ui_events", Json::Array()}, {"ui_rollout_percentage", 0}};
}

Result<Json> TelemetryDropped(const Fields&) { return Json{{"status", "disabled"}}; }

Result<Json> NoAssistant(const Fields&) {
  return Json{{"providers", Json::Object()}, {"projects", Json::Object()}, {"remote_access_allowed", false}};
}

Result<Json> NoProviders(const Fields&) { return Json{{"providers", Json::Array()}}; }

}  // namespace

Endpoints PageEndpoints() {
  constexpr auto kInline = http::Lane::Inline;
  constexpr auto kPages = Twins::AjaxOnly;
  return {{"GET", "gateway-proxy", NoGateway, kInline, "2.0", kPages},
          {"POST", "gateway-proxy", NoGateway, kInline, "2.0", kPages},
          {"GET", "ui-telemetry", NoTelemetry, kInline, "3.0", kPages},
          {"POST", "ui-telemetry", TelemetryDropped, kInline, "3.0", kPages},
          {"GET", "assistant/config", NoAssistant, kInline, "3.0", kPages},
          {"GET", "assistant/providers", NoProviders, kInline, "3.0", kPages}};
}

}  // namespace cairn::mlflow
