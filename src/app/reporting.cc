#include "app/reporting.h"

#include <algorithm>

#include "ground/os/environment.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"

namespace cairn::app {
namespace {

using Sampling = telemetry::Tracer::Sampling;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t kShortestMs = 1000;

/// "key=value,key=value", escaped as URLs are (W3C Baggage).
Result<Pairs> PairsIn(const char* variable) {
  Pairs pairs;
  const std::string list = os::VariableOr(variable, "");
  for (const std::string_view part : Split(list, ',')) {
    const std::string_view pair = Trim(part);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto value = PercentDecode(Trim(pair.substr(std::min(equals, pair.size() - 1) + 1)), UrlPart::Path);
    if (equals == std::string_view::npos || equals == 0 || !value)
      return Error{Reason::InvalidArgument,
                   std::string(variable) + " must be a list such as key=value,key=value"};
    pairs.emplace_back(Trim(pair.substr(0, equals)), *value);
  }
  return pairs;
}

Result<std::string> EndpointIn(const Node& section) {
  std::string endpoint = CAIRN_TRY(TextAt(section, "endpoint"));
  if (endpoint.empty()) endpoint = os::VariableOr("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const auto host = endpoint.find("://") + 3;
  const bool http = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (http && host < endpoint.size() && endpoint.find_first_of("?#@ ") == std::string::npos) return endpoint;
  return WrongAt(section,
                 "'endpoint' must be the address of an OTLP/HTTP collector, such as "
                 "http://127.0.0.1:4318, without a user (OTEL_EXPORTER_OTLP_HEADERS holds what "
                 "lets in)");
}

Result<double> SamplerShare() {
  const std::string written = os::VariableOr("OTEL_TRACES_SAMPLER_ARG", "1");
  const auto share = ParseDouble(written);
  if (share && *share >= 0 && *share <= 1) return *share;
  return Error{Reason::InvalidArgument, "OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1"};
}

Result<Sampling> SamplerOfEnvironment() {
  const std::string name = os::VariableOr("OTEL_TRACES_SAMPLER", "parentbased_always_on");
  if (name == "always_on") return Sampling{1, false};
  if (name == "always_off") return Sampling{0, false};
  if (name == "parentbased_always_on") return Sampling{1, true};
  if (name == "parentbased_always_off") return Sampling{0, true};
  if (name == "traceidratio" || name == "parentbased_traceidratio") {
    const double share = CAIRN_TRY(SamplerShare());
    return Sampling{share, name.starts_with("parentbased")};
  }
  return Error{Reason::InvalidArgument,
               "OTEL_TRACES_SAMPLER is '" + name +
                   "': known here are always_on, always_off, traceidratio, and each after parentbased_"};
}

Result<std::optional<Sampling>> TracesIn(const Node& section) {
  const Node* traces = section.Find("traces");
  if (!traces || traces->IsNull()) {
    const auto sampling = CAIRN_TRY(SamplerOfEnvironment());
    return std::optional(sampling);
  }
  if (traces->kind() == Json::Kind::Bool) {
    const bool wanted = CAIRN_TRY(TruthAt(section, "traces", true));
    return wanted ? std::optional(Sampling{}) : std::nullopt;
  }
  const auto share = CAIRN_TRY(ShareAt(section, "traces", 0, 1));
  return std::optional(Sampling{share.value_or(1), true});
}

Result<std::chrono::milliseconds> IntervalIn(const Node& section) {
  const std::string written = CAIRN_TRY(TextAt(section, "interval"));
  if (written.empty()) return std::chrono::milliseconds(10'000);
  const auto ms = charter::ParseDuration(written);
  if (ms && *ms >= kShortestMs) return std::chrono::milliseconds(*ms);
  return WrongAt(*section.Find("interval"), "'interval' must be a duration of at least 1s, such as 10s");
}

Result<otlp::Resource> ResourceOfEnvironment() {
  auto named = CAIRN_TRY(PairsIn("OTEL_RESOURCE_ATTRIBUTES"));
  otlp::Resource resource;
  std::string service = os::VariableOr("OTEL_SERVICE_NAME", "");
  for (auto& [name, value] : named) {
    if (name != "service.name") {
      resource.emplace_back(std::move(name), std::move(value));
    } else if (service.empty()) {
      service = std::move(value);
    }
  }
  resource.insert(resource.begin(), {"service.name", service.empty() ? "cairn" : service});
  return resource;
}

}  // namespace

Result<std::optional<otlp::Settings>> ReportingIn(const Node& configuration) {
  const Node* section = configuration.Find("telemetry");
  if (!section || section->IsNull()) return std::optional<otlp::Settings>();
  if (!section->IsMap()) return WrongAt(*section, "'telemetry' must be a map such as {otlp: {}}");
  CAIRN_TRY(section->OnlyKeys({"otlp"}));
  const Node* otlp = section->Find("otlp");
  if (!otlp || otlp->IsNull()) return std::optional<otlp::Settings>();
  if (!otlp->IsMap())
    return WrongAt(*otlp, "'otlp' must be a map such as {endpoint: \"http://127.0.0.1:4318\", traces: 10%}");
  CAIRN_TRY(otlp->OnlyKeys({"endpoint", "traces", "metrics", "interval"}));
  otlp::Settings settings;
  settings.endpoint = CAIRN_TRY(EndpointIn(*otlp));
  settings.traces = CAIRN_TRY(TracesIn(*otlp));
  settings.metrics = CAIRN_TRY(TruthAt(*otlp, "metrics", true));
  settings.interval = CAIRN_TRY(IntervalIn(*otlp));
  settings.headers = CAIRN_TRY(PairsIn("OTEL_EXPORTER_OTLP_HEADERS"));
  settings.resource = CAIRN_TRY(ResourceOfEnvironment());
  if (EqualsIgnoringCase(os::VariableOr("OTEL_SDK_DISABLED", ""), "true"))
    return std::optional<otlp::Settings>();
  return std::optional(std::move(settings));
}

}  // namespace cairn::app
