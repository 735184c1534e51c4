#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

Result<Json> Nothing(const Fields&) { return Json::Object(); }

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

}  // namespace cairn::mlflow
