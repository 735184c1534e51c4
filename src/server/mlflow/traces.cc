#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

/// What a client reads as "do not send the trace's data on its own": it looks for this tag in the answer.
constexpr const char* kSpansLocation = "mlflow.trace.spansLocation";

Result<Json> Nothing(const Fields&) { return Json::Object(); }

/// The trace as it came. Clients log a warning for each trace that is refused, however it is refused.
Result<Json> Take(const http::Request& request) {
  const auto message = CAIRN_TRY(MessageOf(request));
  Json trace = message.At("trace");
  if (!trace.IsObject()) return Fields(message).Missing("trace");
  Json info = trace.At("trace_info").IsObject() ? trace.At("trace_info") : Json::Object();
  Json tags = info.At("tags").IsObject() ? info.At("tags") : Json::Object();
  tags.Set(kSpansLocation, "TRACKING_STORE");
  info.Set("tags", std::move(tags));
  trace.Set("trace_info", std::move(info));
  return Json{{"trace", std::move(trace)}};
}

/// Clients look for the first words, and send no more spans when they find them.
http::Response NoSpans(const http::Request&) {
  return Refusal({Reason::Unsupported,
                  "REST OTLP span logging is not supported: this server keeps no traces. Send spans to a "
                  "collector of traces."});
}

}  // namespace

Endpoints TraceEndpoints() {
  constexpr auto kInline = http::Lane::Inline;
  return {{"GET", "traces", Nothing, kInline, "2.0"},
          {"GET", "unified-traces", Nothing, kInline, "2.0"},
          {"POST", "traces/search", Nothing, kInline, "3.0"},
          {"POST", "traces/metrics", Nothing, kInline, "3.0"},
          {"GET", "datasets/search", Nothing, kInline, "3.0"},
          {"POST", "datasets/search", Nothing, kInline, "3.0"}};
}

void MountTraces(http::Router& router) {
  router.Add({"POST", "/v1/traces", NoSpans, http::Lane::Inline});
  const auto take = [](const http::Request& request) { return Answer(Take(request)); };
  for (const char* path : {"/api/3.0/mlflow/traces", "/ajax-api/3.0/mlflow/traces"})
    router.Add({"POST", path, take, http::Lane::Inline});
}

}  // namespace cairn::mlflow
