#include "loop/serving/figures.h"

#include <utility>

namespace cairn::serving {
namespace {

using telemetry::Figure;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr auto kCounter = Figure::Kind::Counter;
constexpr auto kGauge = Figure::Kind::Gauge;

/// What did not go by the model alone: the fallback chain, rules about outputs, and the room that versions
/// take.
void AddOfCare(std::vector<Figure>& figures, const ServiceState& state) {
  const auto add = [&](const char* name, const char* help, Figure::Kind kind, double value,
                       Labels labels = {}) {
    labels.insert(labels.begin(), {"model", state.model});
    figures.push_back({name, help, kind, value, std::move(labels)});
  };
  for (const auto& one : state.fallback)
    add("cairn_serving_fallbacks_total", "Requests answered by a fallback.", kCounter,
        static_cast<double>(one.requests), {{"link", std::string(NameOf(one.link))}});
  for (const auto& one : state.broken) {
    add("cairn_serving_broken_outputs_total", "Answers that broke a rule about outputs, and were not given.",
        kCounter, static_cast<double>(one.requests), {{"rule", one.rule}});
    add("cairn_serving_broken_output_rows_total", "Rows that broke a rule about outputs.", kCounter,
        static_cast<double>(one.rows), {{"rule", one.rule}});
  }
  for (const auto& one : state.memory)
    add("cairn_serving_memory_bytes", "Memory of each loaded version.", kGauge,
        static_cast<double>(one.bytes), {{"version", std::to_string(one.version)}, {"role", one.role}});
  add("cairn_serving_memory_cap_bytes", "The most that versions may take together; 0 for no limit.", kGauge,
      static_cast<double>(state.memory_cap));
  add("cairn_serving_evicted_versions_total", "Versions that made room for others.", kCounter,
      static_cast<double>(state.evicted));
}

void AddOfService(std::vector<Figure>& figures, const Service& service) {
  const ServiceState state = service.state();
  const Labels model = {{"model", state.model}};
  const auto add = [&](const char* name, const char* help, Figure::Kind kind, double value) {
    figures.push_back({name, help, kind, value, model});
  };
  const auto count = [&](const char* name, const char* help, std::int64_t value) {
    add(name, help, kCounter, static_cast<double>(value));
  };
  count("cairn_serving_requests_total", "Requests for predictions that were answered.", state.requests);
  count("cairn_serving_rows_total", "Rows of the requests that were answered.", state.rows);
  count("cairn_serving_rejected_total", "Requests that were refused for their content.", state.rejected);
  count("cairn_serving_logged_total", "Answers in the prediction log.", state.logged);
  count("cairn_serving_passed_over_total", "Answers that the log's policy passed over.", state.passed_over);
  count("cairn_serving_log_lost_total", "Answers that the log's disk had no room for.", state.lost);
  add("cairn_serving_waiting", "Requests in line now.", kGauge, static_cast<double>(state.waiting));
  add("cairn_serving_version", "The version in production; 0 when nothing is.", kGauge,
      static_cast<double>(state.version));
  const auto quantile = [&](const char* which, double ms) {
    Labels labels = model;
    labels.emplace_back("quantile", which);
    figures.push_back({"cairn_serving_latency_seconds", "Time to the answer, of the last 10,000 requests.",
                       kGauge, ms / 1000, std::move(labels)});
  };
  quantile("0.5", state.p50_ms);
  quantile("0.99", state.p99_ms);
  AddOfCare(figures, state);
}

/// One name after the other, each for every version.
void AddOfVersions(std::vector<Figure>& figures, const Service& service) {
  using OfVersion = Statistics::OfVersion;
  struct Column {
    const char *name, *help;
    double (*value)(const OfVersion&);
  };
  constexpr double kNs = 1e9;
  static constexpr Column kColumns[] = {
      {"cairn_serving_version_success_total", "Requests that a version answered; version 0 is the heuristic.",
       [](const OfVersion& one) { return static_cast<double>(one.success.count); }},
      {"cairn_serving_version_success_seconds_total", "Time that these requests took.",
       [](const OfVersion& one) { return static_cast<double>(one.success.ns) / kNs; }},
      {"cairn_serving_version_fail_total", "Requests to a version that got no answer.",
       [](const OfVersion& one) { return static_cast<double>(one.fail.count); }},
      {"cairn_serving_version_queue_seconds_total", "Time that requests waited for a version.",
       [](const OfVersion& one) { return static_cast<double>(one.queue.ns) / kNs; }},
      {"cairn_serving_version_infer_seconds_total", "Time that the model itself took.",
       [](const OfVersion& one) { return static_cast<double>(one.infer.ns) / kNs; }}};
  const std::string model = service.offer()->model;
  const auto versions = service.statistics().Now();
  for (const Column& column : kColumns)
    for (const auto& one : versions)
      figures.push_back({column.name,
                         column.help,
                         kCounter,
                         column.value(one),
                         {{"model", model}, {"version", std::to_string(one.version)}}});
}

}  // namespace

std::vector<Figure> FiguresOf(const Service& service) {
  std::vector<Figure> figures;
  AddOfService(figures, service);
  AddOfVersions(figures, service);
  const auto& tracer = service.tracer();
  figures.push_back({"cairn_trace_spans_total",
                     "Spans that were made for a collector.",
                     kCounter,
                     static_cast<double>(tracer.taken()),
                     {}});
  figures.push_back({"cairn_trace_spans_dropped_total",
                     "Spans that no collector got.",
                     kCounter,
                     static_cast<double>(tracer.dropped()),
                     {}});
  return figures;
}

}  // namespace cairn::serving
